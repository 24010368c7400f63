import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../config';
import { MctlError, Unavailable } from '../errors';
import { explainGitError, GitError, mayBeOfOne, passesWithTime } from '../gitops';
import { log } from '../logging';
import { OperationStore } from '../operations/operation-store';
import { OperationRegistry } from '../operations/registry';
import { LeadershipLost, type OperationRow, Store } from '../store';
import { Committer } from './committer';
import { Endings } from './endings';
import { TakenOver } from './in-hand';
import { stepName } from './steps';
import { Turns } from './turns';
import { isOpen } from './waiting';

const BACKOFF_MS = 500;
const BACKOFF_LIMIT_MS = 15_000;

/** Who commits, and for how long. */
export interface Attempt {
  /** Called with the id of each operation that has come further. */
  readonly changed: (id: string) => void;
  /** Aborted when the process ends: what is left stays in the queue. */
  readonly leaving: AbortSignal;
  /** Called when a try has come to nothing, before it is written down when the next one comes: nothing else may move that time then. */
  readonly over?: () => Promise<void>;
}

/** Tries to commit, and says of each operation that did not get there whether it is tried again or has failed. */
@Injectable()
export class Commits {
  constructor(
    @Inject(Store) private readonly store: Store,
    @Inject(OperationStore) private readonly operations: OperationStore,
    @Inject(Committer) private readonly committer: Committer,
    @Inject(Endings) private readonly endings: Endings,
    @Inject(OperationRegistry) private readonly registry: OperationRegistry,
    @Inject(Config) private readonly config: Config,
  ) {}

  /** @throws LeadershipLost, TakenOver where somebody else does it by now; whatever the store throws. */
  async run(rows: readonly OperationRow[], attempt: Attempt): Promise<void> {
    try {
      await this.committer.run(rows, attempt.changed);
    } catch (error) {
      if (error instanceof LeadershipLost || error instanceof TakenOver) throw error;
      tell(error);
      if (rows.length > 1 && mayBeOfOne(error)) return this.runOneByOne(rows, attempt);
      await attempt.over?.();
      for (const row of rows) await this.postponeOrFail(row, error, attempt.changed);
    }
  }

  private async runOneByOne(rows: readonly OperationRow[], attempt: Attempt): Promise<void> {
    const turns = new Turns();
    for (const { id } of rows) {
      if (attempt.leaving.aborted) return;
      const row = await this.operations.get(id);
      if (!isOpen(row) || turns.mustWait(row)) continue;
      await this.run([row], attempt);
      if (isOpen(await this.operations.get(id))) turns.wait(row);
    }
  }

  private async postponeOrFail({ id }: OperationRow, error: unknown, changed: (id: string) => void): Promise<void> {
    const row = await this.operations.get(id);
    if (!isOpen(row)) return;
    const dueSince = Date.parse(row.stage_since ?? row.submitted_at);
    const isLate = Date.now() - dueSince > this.config.values.workflowDeadline;
    const mayPass = !(error instanceof GitError) || passesWithTime(error);
    if ((isLate || !mayPass) && !(await this.mayBePublished(row, error))) {
      return this.endings.fail(row, error instanceof GitError ? explainGitError(error) : error, changed);
    }
    await this.postpone(row, error);
    changed(id);
  }

  /** A push of it has begun, and the branch could not be looked at since. Until then "nothing was written" may be untrue. */
  private async mayBePublished(row: OperationRow, error: unknown): Promise<boolean> {
    const steps = await this.operations.steps(row.id);
    const name = stepName(this.registry.get(row.operation), row.stage, 'push');
    const push = steps.find((step) => step.name === name);
    if (!push?.started_at) return false;
    return !(error instanceof GitError) || error.outcomeUnknown || push.status === 'pending';
  }

  private async postpone({ id, attempts }: OperationRow, error: unknown): Promise<void> {
    const delay = Math.min(BACKOFF_LIMIT_MS, BACKOFF_MS * 2 ** Math.min(attempts, 10)) * (0.5 + Math.random() / 2);
    const message = inWords(error);
    await this.store.transaction(async (transaction) => {
      await this.operations.update(transaction, id, { next_run_at: new Date(Date.now() + delay).toISOString() });
      const step = await transaction
        .updateTable('operation_steps')
        .set({ message })
        .where('operation_id', '=', id)
        .where('status', '=', 'running')
        .returning('name')
        .executeTakeFirst();
      const line = `attempt ${attempts}: ${message} Trying again.`;
      await this.operations.log(transaction, [
        { operation_id: id, step: step?.name ?? 'plan', at: new Date().toISOString(), line },
      ]);
    });
  }
}

function tell(error: unknown): void {
  if (error instanceof GitError) {
    log.warn({ kind: error.kind, git: error.stderr || error.message }, 'git could not do it');
  } else if (error instanceof Unavailable) log.warn({ code: error.code }, 'what a plan asks does not answer');
  else log.error({ err: error }, 'a batch of operations met an unexpected error');
}

function inWords(error: unknown): string {
  if (error instanceof GitError) return explainGitError(error).message;
  return error instanceof MctlError ? error.message : 'An unexpected error; the log has it.';
}
