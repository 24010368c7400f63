/**
 * A variation selector with nothing before it that it could vary. One after an emoji, a mathematical sign or an ideograph is ordinary
 * text; whole sentences can be hidden from people in a row of them.
 */
export const STRAY_SELECTOR =
  /(?<![\p{Emoji}\p{Sm}\p{Ideographic}])[\ufe00-\ufe0f]|(?<!\p{Ideographic})[\u{e0100}-\u{e01ef}]/u;
/**
 * Characters that a reader does not see or that change how the rest is shown: controls (but tab and line breaks), halves of
 * surrogate pairs, line and paragraph separators, zero-width space, word joiner and byte order mark, bidirectional overrides and
 * isolates, tag characters, stray variation selectors. The joiners that Persian and emoji need are not among them.
 */
const HIDDEN = new RegExp(
  String.raw`[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u206f\ufeff\p{Cs}\u{e0000}-\u{e007f}]|${STRAY_SELECTOR.source}`,
  'u',
);
const EACH_HIDDEN = new RegExp(HIDDEN, 'gu');

export function hasHidden(text: string): boolean {
  return HIDDEN.test(text);
}

/** The text with such characters spelled out, as in `\u202e`. */
export function spellHidden(text: string): string {
  return text.replace(EACH_HIDDEN, (found) => `\\u${(found.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);
}
