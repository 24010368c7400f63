/**
 * Control characters of C0 and C1, line and paragraph separators, bidirectional overrides, zero-width characters, and halves of
 * surrogate pairs, which no UTF-8 can hold: git and the store would keep something else than what was written.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+/gu;

/** Text that somebody else wrote as one printable line: whatever it holds, it ends no line and forges none. */
export function oneLine(text: string): string {
  return text.replace(UNPRINTABLE, ' ').trim();
}
