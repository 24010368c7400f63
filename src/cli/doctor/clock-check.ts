import { type Check, failed, type Finding, ok, warning } from './check';
import type { Patient } from './patient';

const ASK_MS = 4_000;
const SECOND = 1_000;
/** Two clocks that are kept by NTP differ by less; the answer took a moment, and its date has whole seconds. */
const TOLERATED_MS = 30 * SECOND;
/** Tokens, confirmations and commit dates are wrong by then. */
const UNUSABLE_MS = 5 * 60 * SECOND;
const SET_CLOCK = 'Set the clock of this machine, and keep it right with NTP.';

/** What this machine's clock can be compared with. Milliseconds since 1970. */
export interface ClockFacts {
  readonly now: number;
  /** The clock of the remote's web server. */
  readonly remote?: number;
  /** When the newest commit was made. */
  readonly newestCommit?: number;
}

/** Whether the clock agrees with the remote's, and no commit comes from the future. */
export const clockCheck: Check = {
  name: 'clock',
  limitMs: 6_000,
  async run(patient) {
    const { copy, probe } = patient;
    const head = copy?.world.head;
    const committed = copy && head && probe ? await probe.committedAt(copy.gitDir, head) : undefined;
    const remote = await remoteClock(patient);
    return judgeClock({ now: Date.now(), remote, newestCommit: committed?.getTime() });
  },
};

export function judgeClock({ now, remote, newestCommit }: ClockFacts): Finding {
  const time = new Date(now).toISOString();
  const byRemote = remote === undefined ? undefined : judgeDifference(now, remote, 'the remote');
  if (byRemote && byRemote.status !== 'ok') return byRemote;
  const ahead = newestCommit === undefined ? 0 : newestCommit - now;
  if (ahead > TOLERATED_MS) return judgeFuture(ahead, byRemote !== undefined);
  if (byRemote) return byRemote;
  return newestCommit === undefined
    ? ok(`${time}; nothing to compare it with`)
    : ok(`${time}, after the newest commit`);
}

/** @param whose the other clock, e.g. `the remote`. */
export function judgeDifference(now: number, other: number, whose: string): Finding {
  const difference = other - now;
  const size = Math.abs(difference);
  const details = { other_minus_here_seconds: Math.round(difference / SECOND) };
  if (size <= TOLERATED_MS) return ok(`${new Date(now).toISOString()}, as on ${whose}`, { details });
  const found = `${duration(size)} ${difference > 0 ? 'behind' : 'ahead of'} the clock of ${whose}`;
  return size < UNUSABLE_MS ? warning(found, SET_CLOCK, { details }) : failed(found, SET_CLOCK, { details });
}

/** Where the remote agrees with us, it was the other one's clock that is wrong. */
function judgeFuture(ahead: number, isOursRight: boolean): Finding {
  const details = { commit_ahead_seconds: Math.round(ahead / SECOND) };
  return isOursRight
    ? warning(
        `right, but the newest commit is dated ${duration(ahead)} ahead of it`,
        'Whoever made that commit has a wrong clock; until then, commits are not in the order of their dates.',
        { details },
      )
    : failed(
        `${duration(ahead)} behind the date of the newest commit`,
        `${SET_CLOCK} If it is right, whoever made that commit has a wrong one.`,
        { details },
      );
}

/** The `Date` of whatever the web server answers; it is asked without the credential. */
async function remoteClock({ probe }: Patient): Promise<number | undefined> {
  const origin = probe?.url.origin;
  if (origin === undefined) return undefined;
  try {
    const response = await fetch(origin, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(ASK_MS) });
    const date = Date.parse(response.headers.get('date') ?? '');
    return Number.isNaN(date) ? undefined : date;
  } catch {
    return undefined;
  }
}

function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / SECOND);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} days`;
}
