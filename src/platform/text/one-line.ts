import { STRAY_SELECTOR } from './hidden';

/**
 * Control characters of C0 and C1, line and paragraph separators, bidirectional overrides, zero-width characters, old format and tag
 * characters, and halves of surrogate pairs, which no UTF-8 can hold: git and the store would keep something else than what was written.
 */
const UNPRINTABLE = new RegExp(
  String.raw`(?:[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]|${STRAY_SELECTOR.source})+`,
  'gu',
);

/** Text that somebody else wrote as one printable line: whatever it holds, it ends no line and forges none. */
export function oneLine(text: string): string {
  return text.replace(UNPRINTABLE, ' ').trim();
}
