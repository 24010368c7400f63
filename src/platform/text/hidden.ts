/**
 * Characters that a reader does not see or that change how the rest is shown: controls (but tab and line breaks), halves of
 * surrogate pairs, line and paragraph separators, zero-width space, word joiner and byte order mark, bidirectional overrides and
 * isolates, tag characters. The joiners that Persian and emoji need are not among them.
 */
const HIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u206f\ufeff\p{Cs}\u{e0000}-\u{e007f}]/u;
const EACH_HIDDEN = new RegExp(HIDDEN, 'gu');

export function hasHidden(text: string): boolean {
  return HIDDEN.test(text);
}

/** The text with such characters spelled out, as in `\u202e`. */
export function spellHidden(text: string): string {
  return text.replace(EACH_HIDDEN, (found) => `\\u${(found.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);
}
