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
  return text.replace(EACH_HIDDEN, spell);
}

/** One character as an escape. */
export function spell(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}

/** What nearly all text consists of. */
const PLAIN = /^[\t\n\x20-\x7e]*$/;

/**
 * Whatever leaves MCTL, with every such character in it spelled out: the net below the views, which clean what they know to be from
 * outside. The very same value where there is none.
 */
export function spelled<T>(value: T): T {
  if (typeof value === 'string') return (PLAIN.test(value) ? value : spellHidden(value)) as T;
  if (Array.isArray(value)) return same(value, value.map(spelled)) as T;
  if (!isPlainObject(value)) return value;
  const [names, items]: [string[], unknown[]] = [Object.keys(value), Object.values(value)];
  const clean = names.map((name, index) => [spelled(name), spelled(items[index])] as const);
  const isSame = clean.every(([name, item], index) => name === names[index] && item === items[index]);
  return isSame ? value : (Object.fromEntries(clean) as T);
}

function same(before: readonly unknown[], after: readonly unknown[]): readonly unknown[] {
  return after.every((item, index) => item === before[index]) ? before : after;
}

/** Streams and buffers go out as they are. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
