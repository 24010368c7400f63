import { systemActor } from '../auth/actor';
import type { OperationStore } from './operation-store';

const LONGEST_PAUSE_MS = 3_600_000;

export interface SystemCall {
  /** As given to `systemActor`, e.g. `preview-sweeper`. */
  readonly login: string;
  /** What the call is about, the same for every try of it; 100 characters at most. */
  readonly subject: string;
  /** Pause after the first try that failed; it doubles from try to try, up to an hour. */
  readonly firstPauseMs: number;
}

/**
 * Idempotency key for the next try of something that MCTL does by itself: whatever dies in between, each try is submitted once. A try follows
 * one that failed, after a pause that grows, or one that succeeded and was taken back since. Undefined while one is under way, or was just refused.
 */
export async function nextSystemKey(rows: OperationStore, call: SystemCall): Promise<string | undefined> {
  const { login } = systemActor(call.login, '');
  for (let attempt = 1; ; attempt++) {
    const key = `${call.subject}:${attempt}`;
    const row = await rows.findByKey(login, key);
    if (!row) return key;
    if (row.status === 'submitted' || row.status === 'running') return undefined;
    const pause = Math.min(LONGEST_PAUSE_MS, call.firstPauseMs * 2 ** Math.min(attempt, 12));
    const endedAt = Date.parse(row.finished_at ?? row.submitted_at);
    if (row.status === 'failed' && Date.now() - endedAt < pause) return undefined;
  }
}
