import { Inject, Injectable } from '@nestjs/common';
import { systemActor } from '../auth/actor';
import { ulid } from '../crypto';
import { MctlError } from '../errors';
import { log } from '../logging';
import { parseInput } from '../schema';
import type { WriteArguments } from './arguments.dto';
import type { Operation } from './operation';
import { OperationStore } from './operation-store';
import { Operations } from './operations';

const LONGEST_PAUSE_MS = 3_600_000;

export interface SystemCall {
  /** As given to `systemActor`, e.g. `preview-sweeper`. */
  readonly login: string;
  /** What the call is about, the same for every try of it; 100 characters at most. */
  readonly subject: string;
  /** Pause after the first try that failed; it doubles from try to try, up to an hour. */
  readonly firstPauseMs: number;
  /** Arguments, without the key. */
  readonly input: Readonly<Record<string, unknown>>;
}

/** Operations that MCTL submits by itself, through the same path as everybody's; it waits for none of them. */
@Injectable()
export class SystemCalls {
  /** Refusals that were told already. */
  private readonly told = new Set<string>();

  constructor(
    @Inject(Operations) private readonly operations: Operations,
    @Inject(OperationStore) private readonly rows: OperationStore,
  ) {}

  /** Submits the next try, unless one is under way or was just refused. A refusal is logged once and tried again by a later call. */
  async submit<Input extends WriteArguments>(operation: Operation<Input>, call: SystemCall): Promise<void> {
    const key = await this.nextKey(call);
    if (key === undefined) return;
    const { login, input } = call;
    try {
      const parsed = parseInput(operation.input, { ...input, idempotency_key: key });
      await this.operations.run(operation, systemActor(login, ulid()), parsed);
    } catch (error) {
      if (!(error instanceof MctlError)) throw error;
      this.tell(`${key}\0${error.code}`, { operation: operation.name, ...input, code: error.code });
    }
  }

  /**
   * The idempotency key of the next try: whatever dies in between, each try is submitted once. A try follows one that failed, after a
   * pause that grows, or one that succeeded and was taken back since.
   */
  private async nextKey(call: SystemCall): Promise<string | undefined> {
    const { login } = systemActor(call.login, '');
    for (let attempt = 1; ; attempt++) {
      const key = `${call.subject}:${attempt}`;
      const row = await this.rows.findByKey(login, key);
      if (!row) return key;
      if (row.status === 'submitted' || row.status === 'running') return undefined;
      const pause = Math.min(LONGEST_PAUSE_MS, call.firstPauseMs * 2 ** Math.min(attempt, 12));
      const endedAt = Date.parse(row.finished_at ?? row.submitted_at);
      if (row.status === 'failed' && Date.now() - endedAt < pause) return undefined;
    }
  }

  private tell(refusal: string, facts: object): void {
    if (this.told.has(refusal)) return;
    this.told.add(refusal);
    log.warn(facts, 'what MCTL does by itself was refused; it tries again');
  }
}
