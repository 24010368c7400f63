import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Config } from '../config';
import { log } from '../logging';
import { OperationStore } from '../operations/operation-store';
import { inTerm, Leadership, LeadershipLost, type OperationRow, outOfTerm, type Stage, Store } from '../store';
import { Commits } from './commits';
import { Endings } from './endings';
import { Pump } from './pump';
import { TaskQueue, type TaskStage } from './task-queue';
import { Tasks } from './tasks';
import { Waiting } from './waiting';
import { NOTHING_SEEN, type Observation, Workflows } from './workflows';

/** How often queues look by themselves at a store that others write, too: signals mostly come before. */
const QUEUE_LOOK_MS = 2_000;
/** Tasks wait for others most of the time: DNS, a database server, GitHub. */
const TASKS_AT_ONCE = 8;
/** Of them for work after the first commit, which may take days: the others stay free for calls that somebody waits for. */
const PATIENT_AT_ONCE = TASKS_AT_ONCE / 2;

/**
 * The embedded workflow engine: a durable queue in the store, one writer of commits, and some hands for the tasks around them. What it
 * was doing when it died it does again after the restart, and finds what it had finished.
 */
@Injectable()
export class EmbeddedWorkflows extends Workflows implements OnApplicationBootstrap, OnModuleDestroy {
  readonly engine = 'embedded';
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
    @Inject(Commits) private readonly committing: Commits,
    @Inject(Tasks) private readonly taskRunner: Tasks,
    @Inject(Endings) private readonly endings: Endings,
    @Inject(Leadership) private readonly leadership: Leadership,
    @Inject(Waiting) private readonly waiting: Waiting,
    @Inject(Config) private readonly config: Config,
  ) {
    super();
  }

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
    this.waiting.stop();
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

  wait(id: string, milliseconds: number, changed: () => Promise<void>, gone?: AbortSignal): Promise<void> {
    return this.waiting.wait(id, milliseconds, changed, gone);
  }

  /** Takes an operation out of the queue. @returns false where it has begun: then it goes on. */
  async cancel(row: OperationRow): Promise<boolean> {
    const isCancelled = await this.endings.cancel(row, this.changed);
    // Whatever came after it on the same object need not wait for it.
    if (isCancelled) this.wake();
    return isCancelled;
  }

  /** All that this engine knows is in the store. */
  observe(): Promise<Observation> {
    return Promise.resolve(NOTHING_SEEN);
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
      await this.committing.run(rows, { changed: this.changed, leaving: this.leaving.signal });
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
}
