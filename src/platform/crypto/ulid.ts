import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** Crockford base 32 of a whole number below 2^53. */
function encode(value: number, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest = Math.floor(rest / 32)) text = ALPHABET.charAt(rest % 32) + text;
  return text;
}

let last = 0;

/** Later than every moment before, also within one millisecond and where the clock is set back: ids say who came first. */
function nextMoment(): number {
  last = Math.max(Date.now(), last + 1);
  return last;
}

/**
 * A lower-case ULID: 26 characters, sorts in the order this process asked for them, fits a DNS label and therefore the name of a
 * workflow.
 */
export function ulid(now: number = nextMoment()): string {
  const random = Array.from(randomBytes(16), (byte) => ALPHABET.charAt(byte % 32)).join('');
  return encode(now, 10) + random;
}

/** The moment a ULID was made; undefined for other text. */
export function timeOfUlid(id: string): Date | undefined {
  if (!/^[0-7][0-9a-hjkmnp-tv-z]{25}$/.test(id)) return undefined;
  const milliseconds = [...id.slice(0, 10)].reduce((time, digit) => time * 32 + ALPHABET.indexOf(digit), 0);
  return new Date(milliseconds);
}
