import type { TaskOutcome } from '../platform/operations/parts';

/** Longer than GitHub's own window of an hour: whoever is told to wait for more has a clock that was set back. */
const LONGEST_SECONDS = 3_700;

/** What GitHub asked for, kept with the operation while it waits. */
export interface Limit {
  /** How often in a row it asked. */
  readonly times: number;
  /** Until when, as ISO 8601. */
  readonly until: string;
}

/** The limit that an earlier try met, if any. @param state as the task's last wait kept it. */
export function limitIn(state: unknown): Limit | undefined {
  const { times, until } = (typeof state === 'object' && state !== null ? state : {}) as Partial<Limit>;
  return typeof times === 'number' && typeof until === 'string' ? { times, until } : undefined;
}

/**
 * The wait after meeting a limit. GitHub wants whoever meets secondary limits again and again to wait exponentially longer
 * (https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api).
 */
export function nextLimit(
  { seconds, isSecondary }: { readonly seconds: number; readonly isSecondary: boolean },
  before: Limit | undefined,
  now: Date,
): Limit {
  const times = (before?.times ?? 0) + 1;
  const longer = isSecondary ? seconds * 2 ** Math.min(times - 1, 10) : seconds;
  const wait = Math.min(LONGEST_SECONDS, Math.max(1, longer));
  return { times, until: new Date(now.getTime() + wait * 1000).toISOString() };
}

/** Milliseconds until GitHub may be asked again; 0 = now. */
export function remaining(limit: Limit | undefined, now: Date): number {
  const left = limit ? Date.parse(limit.until) - now.getTime() : 0;
  return left > 0 && left <= LONGEST_SECONDS * 1000 ? left : 0;
}

/** Waits in words that people see beside the step. */
export function waitFor(limit: Limit, now: Date): TaskOutcome {
  const message = `GitHub’s rate limit is reached; it is asked again at ${limit.until}.`;
  return { wait: { milliseconds: remaining(limit, now), message, state: limit } };
}
