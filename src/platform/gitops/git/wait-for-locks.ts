import { relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { log } from '../../logging';
import { clearStaleLocks } from './stale-locks';

const LOOK_AGAIN_MS = 200;

/** In milliseconds. */
export interface LockPatience {
  /** A lock this old has no owner and is removed. */
  readonly patienceMs: number;
  /** After this it ends, whatever is left: a lock that is renewed all the time is somebody's write, and ours wait for it one by one. */
  readonly limitMs: number;
}

/** Waits until git holds no lock in the repository, and removes those that nobody will. */
export async function waitForLocks(gitDir: string, { patienceMs, limitMs }: LockPatience): Promise<void> {
  const end = performance.now() + limitMs;
  let isTold = false;
  for (;;) {
    const locks = (await clearStaleLocks(gitDir, patienceMs)).map((path) => relative(gitDir, path));
    if (locks.length === 0) return;
    if (performance.now() >= end) {
      log.warn({ gitDir, locks }, 'going on beside locks of git');
      return;
    }
    if (!isTold) log.info({ gitDir, locks }, 'waiting for locks of git');
    isTold = true;
    await delay(LOOK_AGAIN_MS);
  }
}
