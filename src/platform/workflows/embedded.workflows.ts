import { EventEmitter, once } from 'node:events';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Config } from '../config';
import { explainGitError, GitError, mayBeOfOne, passesWithTime } from '../gitops';
import { log } from '../logging';
import { OperationStore } from '../operations/operation-store';
import { type OperationRow, Store } from '../store';
import { Committer } from './committer';
import { Endings } from './endings';
import { Turns } from './turns';

const BACKOFF_MS = 500;
const BACKOFF_LIMIT_MS = 15_000;

/**
 * The embedded workflow engine: a durable queue in the store and one writer. What it was doing when it died it does again after
 * the restart, and finds what it had finished.
 */
@Injectable()
export class EmbeddedWorkflows implements OnApplicationBootstrap, OnModuleDestroy {
  readonly engine = 'embedded';
  private readonly events = new EventEmitter().setMaxListeners(0);
  private readonly stopped = new AbortController();
  private running: Promise<boolean> | undefined;
  private isStopping = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(Store) private readonly store: Store,
    @Inject(OperationStore) private readonly operations: OperationStore,
    @Inject(Committer) private readonly committer: Committer,
    @Inject(Endings) private readonly endings: Endings,
    @Inject(Config) private readonly config: Config,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.operations.endWaiting(new Date());
    this.wake();
  }

  /** Lets the batch in hand end; the rest stays in the queue for the next start, and nobody waits for it any longer. */
  async onModuleDestroy(): Promise<void> {
    this.isStopping = true;
    clearTimeout(this.timer);
    await this.running;
    this.stopped.abort();
  }

  /** There is something to do. Never throws, never waits. */
  wake(): void {
    if (this.isStopping || this.running) return;
    clearTimeout(this.timer);
    this.running = this.drain();
    void this.running.then((isDone) => {
      this.running = undefined;
      return this.schedule(isDone);
    });
  }

  /** Waits until the operation has ended or the time is over; tells every change in between. */
  async wait(id: string, milliseconds: number, changed: () => Promise<void>): Promise<void> {
    const left = new AbortController();
    const signal = AbortSignal.any([AbortSignal.timeout(milliseconds), this.stopped.signal, left.signal]);
    try {
      while (!signal.aborted) {
        const next = once(this.events, id, { signal }).catch(() => undefined);
        const { status } = await this.operations.get(id);
        await changed();
        if (status === 'succeeded' || status === 'failed') return;
        await next;
      }
    } finally {
      left.abort();
    }
  }

  /** False where it could not go on, e.g. because the store cannot be written: trying again at once would only spin. */
  private async drain(): Promise<boolean> {
    try {
      while (!this.isStopping) {
        const rows = await this.operations.due(new Date(), this.config.values.writers);
        if (rows.length === 0) break;
        await this.runBatch(rows);
      }
      return true;
    } catch (error) {
      log.error({ err: error }, 'the workflow engine stumbled; it tries again');
      return false;
    }
  }

  private async runBatch(rows: readonly OperationRow[]): Promise<void> {
    const changed = (id: string): void => void this.events.emit(id);
    try {
      await this.committer.run(rows, changed);
    } catch (error) {
      if (error instanceof GitError) {
        log.warn({ kind: error.kind, git: error.stderr || error.message }, 'git could not do it');
      } else log.error({ err: error }, 'a batch of operations met an unexpected error');
      if (rows.length > 1 && mayBeOfOne(error)) return this.runOneByOne(rows);
      for (const row of rows) await this.postponeOrFail(row, error, changed);
    }
  }

  private async runOneByOne(rows: readonly OperationRow[]): Promise<void> {
    const turns = new Turns();
    for (const { id } of rows) {
      if (this.isStopping) return;
      const row = await this.operations.get(id);
      if (!isOpen(row) || turns.mustWait(row)) continue;
      await this.runBatch([row]);
      if (isOpen(await this.operations.get(id))) turns.wait(row);
    }
  }

  private async postponeOrFail({ id }: OperationRow, error: unknown, changed: (id: string) => void): Promise<void> {
    const row = await this.operations.get(id);
    if (!isOpen(row)) return;
    const isLate = Date.now() - Date.parse(row.submitted_at) > this.config.values.workflowDeadline;
    const mayPass = !(error instanceof GitError) || passesWithTime(error);
    if ((isLate || !mayPass) && !(await this.mayBePublished(id, error))) {
      return this.endings.fail(row, error instanceof GitError ? explainGitError(error) : error, changed);
    }
    await this.postpone(row, error);
    changed(id);
  }

  /** A push of it has begun, and the branch could not be looked at since. Until then "nothing was written" may be untrue. */
  private async mayBePublished(id: string, error: unknown): Promise<boolean> {
    const steps = await this.operations.steps(id);
    const push = steps.find(({ name }) => name === 'push');
    if (!push?.started_at) return false;
    return !(error instanceof GitError) || error.outcomeUnknown || push.status === 'pending';
  }

  private async postpone({ id, attempts }: OperationRow, error: unknown): Promise<void> {
    const delay = Math.min(BACKOFF_LIMIT_MS, BACKOFF_MS * 2 ** Math.min(attempts, 10)) * (0.5 + Math.random() / 2);
    const message = error instanceof GitError ? explainGitError(error).message : 'An unexpected error; the log has it.';
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

  /** Runs after `running` is cleared: what is submitted from then on wakes the engine itself, what came before is found here. */
  private async schedule(isDone: boolean): Promise<void> {
    const pause = isDone ? await this.untilNextDue() : BACKOFF_MS;
    if (pause === undefined || this.isStopping) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.wake(), pause);
    this.timer.unref();
  }

  private async untilNextDue(): Promise<number | undefined> {
    if (this.isStopping) return undefined;
    try {
      const next = await this.operations.nextDueAt(new Date());
      // A clock that is set back while this waits must not make it wait for longer.
      return next && Math.min(BACKOFF_LIMIT_MS, Math.max(0, next.getTime() - Date.now()));
    } catch (error) {
      log.error({ err: error }, 'the queue cannot be read');
      return BACKOFF_MS;
    }
  }
}

function isOpen({ status }: OperationRow): boolean {
  return status === 'submitted' || status === 'running';
}
