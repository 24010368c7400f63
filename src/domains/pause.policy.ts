/** Beyond it doubling changes nothing but the number. */
const MOST_DOUBLINGS = 30;

/**
 * Exponential backoff with equal jitter: half of the pause is fixed, so that DNS is never asked in a row, half random, so that many
 * who began together do not go on together.
 * @param attempt from 1.
 * @param random from 0 to 1.
 * @returns milliseconds.
 */
export function pauseAfter(
  attempt: number,
  { first, longest }: { first: number; longest: number },
  random: number,
): number {
  const full = Math.min(longest, first * 2 ** Math.min(attempt - 1, MOST_DOUBLINGS));
  return Math.round(full * (0.5 + random / 2));
}
