export const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type Level = (typeof LEVELS)[number];

const WORDS: Readonly<Record<string, Level>> = {
  ...{ trace: 'debug', debug: 'debug', dbug: 'debug', info: 'info', information: 'info', notice: 'info' },
  ...{ warn: 'warn', warning: 'warn', err: 'error', error: 'error', fail: 'error', fatal: 'error', panic: 'error' },
  ...{ crit: 'error', critical: 'error', alert: 'error', emerg: 'error' },
};
/** Of pino and bunyan: 10 trace, 20 debug, 30 info, 40 warn, 50 error, 60 fatal. */
const NUMBERS: readonly (readonly [least: number, Level])[] = [
  [50, 'error'],
  [40, 'warn'],
  [30, 'info'],
  [0, 'debug'],
];
/** A pair `level: x` or `level=x`, as JSON and logfmt have it. */
const PAIR = /["']?\b(?:level|lvl|severity|levelname|log\.level)["']?\s*[:=]\s*["']?([A-Za-z]+|\d{1,2})\b/i;
/** A word of its own at the beginning, perhaps after a time: `2026-03-01 12:00:00 ERROR …`, `[warn] …`. */
const BARE = /^[^A-Za-z]{0,40}(?:T[\d:.]+Z?[^A-Za-z]{0,10})?([A-Za-z]{3,11})\b[\]:| -]/;

/** What a line says of its own importance; undefined where it says nothing that is generally understood. */
export function levelOf(line: string): Level | undefined {
  const start = line.slice(0, 500);
  const said = PAIR.exec(start)?.[1] ?? BARE.exec(start)?.[1];
  if (said === undefined) return undefined;
  if (/^\d/.test(said)) return NUMBERS.find(([least]) => Number(said) >= least)?.[1];
  return Object.hasOwn(WORDS, said.toLowerCase()) ? WORDS[said.toLowerCase()] : undefined;
}

/** Whether a line is at least so important. One that says nothing passes: a stack trace has no level, and must not get lost. */
export function isAtLeast(level: Level | undefined, least: Level): boolean {
  return level === undefined || LEVELS.indexOf(level) >= LEVELS.indexOf(least);
}
