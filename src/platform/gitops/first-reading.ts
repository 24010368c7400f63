import { setTimeout as sleep } from 'node:timers/promises';
import { Unavailable } from '../errors';
import { log } from '../logging';

/** Longer than this nobody is kept waiting without a word. */
const PATIENCE_MS = 8_000;
const TELL_EVERY_MS = 2_000;

/** The first reading of a repository, which may take minutes where it is large or far away: how far it is, told to whoever waits. */
export class FirstReading {
  private done = 0;
  private total: number | undefined;
  private told = Date.now();

  advance(done: number, total: number): void {
    this.done = done;
    this.total = total;
    if (Date.now() - this.told < TELL_EVERY_MS) return;
    this.told = Date.now();
    log.info({ done, total }, 'reading the GitOps repository');
  }

  /** E.g. `reading 12000 of 33000 files`. */
  describe(): string {
    return this.total === undefined ? 'fetching it from the remote' : `reading ${this.done} of ${this.total} files`;
  }

  /** @throws Unavailable, with how far it is, where the state is not known within seconds; the reading goes on. */
  async orTooLong<T>(state: Promise<T>): Promise<T> {
    const left = new AbortController();
    try {
      return await Promise.race([state, this.giveUp(left.signal)]);
    } finally {
      left.abort();
    }
  }

  private async giveUp(signal: AbortSignal): Promise<never> {
    await sleep(PATIENCE_MS, undefined, { signal, ref: false });
    throw new Unavailable(`The GitOps repository is being read for the first time: ${this.describe()}.`, {
      code: 'gitops_reading',
      fix: 'Try again in a few seconds; /readyz says how far it is.',
      retryAfterSeconds: 5,
    });
  }
}
