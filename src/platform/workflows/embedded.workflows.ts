import { EventEmitter, once } from 'node:events';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Config } from '../config';
import { explainGitError, GitError, passesWithTime } from '../gitops';
import { log } from '../logging';
import { OperationStore } from '../operations/operation-store';
import { type OperationRow, Store } from '../store';
import { Committer } from './committer';

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
  private running: Promise<void> | undefined;
  private isStopping = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(Store) private readonly store: Store,
    @Inject(OperationStore) private readonly operations: OperationStore,
    @Inject(Committer) private readonly committer: Committer,
    @Inject(Config) private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    this.wake();
  }

  /** Lets the batch in hand end; the rest stays in the queue for the next start. */
  async onModuleDestroy(): Promise<void> {
    this.isStopping = true;
    clearTimeout(this.timer);
    await this.running;
  }

  /** There is something to do. Never throws, never waits. */
  wake(): void {
    if (this.isStopping || this.running) return;
    clearTimeout(this.timer);
    this.running = this.drain()
      .catch((error: unknown) => log.error({ err: error }, 'the workflow engine stumbled; it tries again'))
      .finally(() => {
        this.running = undefined;
        void this.schedule();
      });
  }

  /** Waits until the operation has ended or the time is over; tells every change in between. */
  async wait(id: string, milliseconds: number, changed: () => Promise<void>): Promise<void> {
    const signal = AbortSignal.timeout(milliseconds);
    while (!signal.aborted) {
      const next = once(this.events, id, { signal }).catch(() => undefined);
      const { status } = await this.operations.get(id);
      await changed();
      if (status === 'succeeded' || status === 'failed') return;
      await next;
    }
  }

  private async drain(): Promise<void> {
    while (!this.isStopping) {
      const rows = await this.operations.due(new Date(), this.config.values.writers);
      if (rows.length === 0) return;
      await this.runBatch(rows);
    }
  }

  private async runBatch(rows: readonly OperationRow[]): Promise<void> {
    const changed = (id: string): void => void this.events.emit(id);
    try {
      await this.committer.run(rows, changed);
    } catch (error) {
      if (!(error instanceof GitError)) log.error({ err: error }, 'a batch of operations met an unexpected error');
      for (const row of rows) await this.postponeOrFail(row, error, changed);
    }
  }

  private async postponeOrFail(row: OperationRow, error: unknown, changed: (id: string) => void): Promise<void> {
    const { status, attempts, submitted_at } = await this.operations.get(row.id);
    if (status !== 'running') return;
    const age = Date.now() - Date.parse(submitted_at);
    const mayPass = !(error instanceof GitError) || passesWithTime(error);
    if (!mayPass || age > this.config.values.workflowDeadline) {
      return this.committer.fail(row, error instanceof GitError ? explainGitError(error) : error, changed);
    }
    const delay = Math.min(BACKOFF_LIMIT_MS, BACKOFF_MS * 2 ** Math.min(attempts, 10)) * (0.5 + Math.random() / 2);
    const message = error instanceof GitError ? explainGitError(error).message : 'An unexpected error; the log has it.';
    await this.store.transaction(async (transaction) => {
      await this.operations.update(transaction, row.id, { next_run_at: new Date(Date.now() + delay).toISOString() });
      await this.operations.log(transaction, [
        {
          operation_id: row.id,
          step: 'push',
          at: new Date().toISOString(),
          line: `attempt ${attempts}: ${message} Trying again.`,
        },
      ]);
      await transaction
        .updateTable('operation_steps')
        .set({ message })
        .where('operation_id', '=', row.id)
        .where('status', '=', 'running')
        .execute();
    });
    changed(row.id);
  }

  private async schedule(): Promise<void> {
    if (this.isStopping) return;
    const next = await this.operations.nextDueAt();
    if (!next || this.isStopping) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.wake(), Math.max(0, next.getTime() - Date.now()));
    this.timer.unref();
  }
}
