import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Config } from '../config';
import { explainGitError, GitError, mayBeOfOne, passesWithTime } from '../gitops';
import { log } from '../logging';
import { OperationStore } from '../operations/operation-store';
import { OperationRegistry } from '../operations/registry';
import { inTerm, Leadership, LeadershipLost, type OperationRow, outOfTerm, type Stage, Store } from '../store';
import { Committer } from './committer';
import { Endings } from './endings';
import { Pump } from './pump';
import { stepName } from './steps';
import { TaskQueue, type TaskStage } from './task-queue';
import { Tasks } from './tasks';
import { Turns } from './turns';

/** How often calls and queues look by themselves at a store that others write, too: signals mostly come before. */
const WAIT_LOOK_MS = 1_000;
const QUEUE_LOOK_MS = 2_000;
const BACKOFF_MS = 500;
const BACKOFF_LIMIT_MS = 15_000;
/** Tasks wait for others most of the time: DNS, a database server, GitHub. */
const TASKS_AT_ONCE = 8;
/** Of them for work after the first commit, which may take days: the others stay free for calls that somebody waits for. */
const PATIENT_AT_ONCE = TASKS_AT_ONCE / 2;

/**
 * The embedded workflow engine: a durable queue in the store, one writer of commits, and some hands for the tasks around them. What it
 * was doing when it died it does again after the restart, and finds what it had finished.
 */
@Injectable()
export class EmbeddedWorkflows implements OnApplicationBootstrap, OnModuleDestroy {
  readonly engine = 'embedded';
  private readonly stopped = new AbortController();
  private deaf: () => void = () => undefined;
  /** Tells tasks that the process ends. */
  private readonly leaving = new AbortController();
  private readonly working = new Map<string, { readonly stage: Stage; readonly work: Promise<void> }>();
  private readonly commits = new Pump({
    drain: (isStopping) => this.drainCommits(isStopping),
    nextDueAt: () => this.nextCommitAt(),
  });
  private readonly tasks = new Pump({
    drain: (isStopping) => this.drainTasks(isStopping),
    nextDueAt: () => this.nextTaskAt(),
  });
  private readonly changed = (id: string): void => this.store.signals.changed(id);

  constructor(
    @Inject(Store) private readonly store: Store,
    @Inject(OperationStore) private readonly operations: OperationStore,
    @Inject(TaskQueue) private readonly queue: TaskQueue,
    @Inject(Committer) private readonly committer: Committer,
    @Inject(Tasks) private readonly taskRunner: Tasks,
    @Inject(Endings) private readonly endings: Endings,
    @Inject(OperationRegistry) private readonly registry: OperationRegistry,
    @Inject(Leadership) private readonly leadership: Leadership,
    @Inject(Config) private readonly config: Config,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    // What others have in hand on a shared store is not ours to call overdue.
    if (!this.store.shared) await this.operations.endWaiting(new Date());
    this.deaf = this.store.signals.onWork(() => this.look());
    this.leadership.onLead(() => this.look());
    if (this.config.values.readOnly) log.info('read-only: what was accepted before waits until that ends');
    this.wake();
  }

  /** Lets the batch in hand end; the rest stays in the queue for the next start, and nobody waits for it any longer. */
  async onModuleDestroy(): Promise<void> {
    this.leaving.abort();
    this.deaf();
    await Promise.all([this.commits.stop(), this.tasks.stop()]);
    await Promise.all([...this.working.values()].map(({ work }) => work));
    this.stopped.abort();
  }

  /** There is something to do. Never throws, never waits. */
  wake(): void {
    this.look();
    this.store.signals.work();
  }

  private look(): void {
    // Also what was accepted before: read-only means that no commit is made.
    if (this.config.values.readOnly) return;
    this.commits.wake();
    this.tasks.wake();
  }

  /**
   * Waits until the operation has ended, or waits itself after its first commit for what may take days, or the time is over; tells
   * every change in between.
   * @param gone ends the waiting early: whoever waited is no longer there.
   */
  async wait(id: string, milliseconds: number, changed: () => Promise<void>, gone?: AbortSignal): Promise<void> {
    const left = new AbortController();
    const ends = [AbortSignal.timeout(milliseconds), this.stopped.signal, left.signal];
    const signal = AbortSignal.any(gone ? [...ends, gone] : ends);
    try {
      while (!signal.aborted) {
        const next = this.nextChange(id, signal);
        const row = await this.operations.get(id);
        await changed();
        if (!isOpen(row) || isAwaiting(row)) return;
        await next;
      }
    } finally {
      left.abort();
    }
  }

  /** Takes an operation out of the queue. @returns false where it has begun: then it goes on. */
  async cancel(row: OperationRow): Promise<boolean> {
    const isCancelled = await this.endings.cancel(row, this.changed);
    // Whatever came after it on the same object need not wait for it.
    if (isCancelled) this.wake();
    return isCancelled;
  }

  /** On a shared store a signal may be lost with its connection: whoever waits looks by itself, too. */
  private async nextChange(id: string, signal: AbortSignal): Promise<void> {
    const patience = this.store.shared ? AbortSignal.any([signal, AbortSignal.timeout(WAIT_LOOK_MS)]) : signal;
    await this.store.signals.nextChange(id, patience);
  }

  /** One replica commits at a time: two would only take each other's pushes away, and could turn the order of operations round. */
  private async drainCommits(isStopping: () => boolean): Promise<void> {
    try {
      await inTerm(this.leadership.term, () => this.commitAllDue(isStopping));
    } catch (error) {
      if (!(error instanceof LeadershipLost)) throw error;
      this.leadership.lost();
      log.warn('another replica has taken over; it finds what this one had begun');
    }
    // What has its first commit may have a task to do now.
    this.tasks.wake();
  }

  private async commitAllDue(isStopping: () => boolean): Promise<void> {
    while (!isStopping() && (await this.leadership.isLeader())) {
      const rows = await this.operations.due(new Date(), this.config.values.writers);
      if (rows.length === 0) return;
      await this.runBatch(rows);
    }
  }

  private async nextCommitAt(): Promise<Date | undefined> {
    if (!(await this.leadership.isLeader())) return undefined;
    return this.orSoon(await this.operations.nextDueAt(new Date()));
  }

  /** Where others put work into the queue as well, a signal of it may be lost. */
  private orSoon(next: Date | undefined): Date | undefined {
    if (!this.store.shared) return next;
    const soon = new Date(Date.now() + QUEUE_LOOK_MS);
    return next && next < soon ? next : soon;
  }

  /** Begins as many tasks as there are hands, those first that a caller waits for; each that ends wakes the pump for the next. */
  private async drainTasks(isStopping: () => boolean): Promise<void> {
    for (const stage of ['prepare', 'await'] as const) {
      const free = this.freeHands(stage);
      if (free <= 0 || isStopping()) continue;
      const claimed = await this.taskRunner.claim(stage, free, [...this.working.keys()]);
      for (const row of claimed) outOfTerm(() => this.begin(row));
    }
  }

  private freeHands(stage: TaskStage): number {
    const free = TASKS_AT_ONCE - this.working.size;
    if (stage === 'prepare') return free;
    const patient = [...this.working.values()].filter((each) => each.stage === 'await');
    return Math.min(free, PATIENT_AT_ONCE - patient.length);
  }

  private begin(row: OperationRow): void {
    const work = this.taskRunner
      .attempt(row, this.leaving.signal, this.changed)
      .catch((error: unknown) => log.error({ err: error, operation_id: row.id }, 'a task could not be kept'))
      .finally(() => {
        this.working.delete(row.id);
        this.wake();
      });
    this.working.set(row.id, { stage: row.stage, work });
  }

  /** While all hands are busy, the next that is free looks itself. */
  private async nextTaskAt(): Promise<Date | undefined> {
    const stages = (['prepare', 'await'] as const).filter((stage) => this.freeHands(stage) > 0);
    return stages.length === 0 ? undefined : this.orSoon(await this.queue.nextDueAt(stages));
  }

  private async runBatch(rows: readonly OperationRow[]): Promise<void> {
    const { changed } = this;
    try {
      await this.committer.run(rows, changed);
    } catch (error) {
      if (error instanceof LeadershipLost) throw error;
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
      if (this.leaving.signal.aborted) return;
      const row = await this.operations.get(id);
      if (!isOpen(row) || turns.mustWait(row)) continue;
      await this.runBatch([row]);
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
}

function isOpen({ status }: OperationRow): boolean {
  return status === 'submitted' || status === 'running';
}

/** Its task was tried once and has to wait, after the first commit: the answer that the caller needs is there. */
function isAwaiting({ stage, task_state: state }: OperationRow): boolean {
  return stage === 'await' && state !== null;
}
