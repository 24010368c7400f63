import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Config } from '../../config';
import { Unavailable } from '../../errors';
import { errorOf, type Informer, isFault } from '../../kubernetes';
import { log } from '../../logging';
import { inTerm, Leadership, LeadershipLost, type OperationRow, type StepRow, Store } from '../../store';
import { Endings } from '../endings';
import { Pump } from '../pump';
import { isOpen, Waiting } from '../waiting';
import { type Observation, Workflows } from '../workflows';
import { Observer } from './observer';
import { Reconciler } from './reconciler';
import { Submitter } from './submitter';
import { WorkflowObjects } from './workflow-objects';
import type { WorkflowState } from './workflow-state';

/** How often the leader looks by itself at the store and at its Workflows: signals mostly come before. */
const LOOK_MS = 2_000;

/**
 * Argo Workflows as the engine (ADR 37): each operation is handed over as one Workflow, whose pods run this same program for one step each. The store stays the
 * queue and the truth; this server submits, follows, and closes what was missed. It commits nothing itself.
 */
@Injectable()
export class ArgoWorkflows extends Workflows implements OnApplicationBootstrap, OnModuleDestroy {
  readonly engine = 'argo';
  private readonly informer: Informer<WorkflowState>;
  private hasBegun = false;
  private deaf: () => void = () => undefined;
  /** Workflows of which a webhook has told since the last round. */
  private heard = new Set<string>();
  private readonly pump = new Pump({
    drain: (isStopping) => this.drain(isStopping),
    nextDueAt: () => this.nextLookAt(),
  });
  private readonly changed = (id: string): void => this.store.signals.changed(id);

  constructor(
    @Inject(Store) private readonly store: Store,
    @Inject(Waiting) private readonly waiting: Waiting,
    @Inject(Endings) private readonly endings: Endings,
    @Inject(Submitter) private readonly submitter: Submitter,
    @Inject(Reconciler) private readonly reconciler: Reconciler,
    @Inject(Observer) private readonly observer: Observer,
    @Inject(WorkflowObjects) private readonly workflows: WorkflowObjects,
    @Inject(Leadership) private readonly leadership: Leadership,
    @Inject(Config) private readonly config: Config,
  ) {
    super();
    this.informer = workflows.follow(() => this.look());
  }

  onApplicationBootstrap(): void {
    this.hasBegun = true;
    this.deaf = this.store.signals.onWork(() => this.look());
    this.leadership.onLead(() => this.look());
    this.informer.start();
    if (this.config.values.readOnly) log.info('read-only: what was accepted before waits until that ends');
    this.wake();
  }

  async onModuleDestroy(): Promise<void> {
    this.deaf();
    await Promise.all([this.pump.stop(), this.informer.stop()]);
    this.waiting.stop();
  }

  wake(): void {
    this.look();
    this.store.signals.work();
  }

  /** A webhook says that a Workflow has ended. Whoever leads looks at it; nothing else of what came is believed. */
  hear(name: string): void {
    this.heard.add(name);
    this.wake();
  }

  wait(id: string, milliseconds: number, changed: () => Promise<void>, gone?: AbortSignal): Promise<void> {
    return this.waiting.wait(id, milliseconds, changed, gone);
  }

  /** What nobody has begun ends at once; a task that waits is stopped, and the next round ends it. A commit goes on. */
  async cancel(row: OperationRow): Promise<boolean> {
    if (await this.endings.cancel(row, this.changed)) {
      // A pod that comes all the same finds that it has ended.
      await this.removeOf(row).catch((error: unknown) => warn(error, row));
      this.wake();
      return true;
    }
    if (!isOpen(row) || (row.stage !== 'prepare' && row.stage !== 'await')) return false;
    await this.reconciler.stop(row, this.changed).catch((error: unknown) => refuse(error));
    return true;
  }

  private async removeOf(row: OperationRow): Promise<void> {
    const state = await this.workflows.findOf(row);
    if (state) await this.workflows.remove(state);
  }

  observe(row: OperationRow, steps: readonly StepRow[], lines: number): Promise<Observation> {
    return this.observer.observe(this.informer, row, steps, lines);
  }

  /** Steps of pods and commands make calls, too: those processes only tell the servers that there is work. */
  private look(): void {
    if (this.hasBegun) this.pump.wake();
  }

  private async drain(isStopping: () => boolean): Promise<void> {
    if (!(await this.leadership.isLeader())) {
      // Whoever leads was told as well, and begins with a look at all of them.
      this.heard.clear();
      return;
    }
    try {
      await inTerm(this.leadership.term, () => this.round(isStopping));
    } catch (error) {
      if (!(error instanceof LeadershipLost)) throw error;
      this.leadership.lost();
      log.warn('another replica has taken over; it goes on from the store');
    }
  }

  private async round(isStopping: () => boolean): Promise<void> {
    const heard = this.heard;
    this.heard = new Set();
    // Before the first list nothing can be said of absence, and while there is no connection nothing at all.
    if (this.informer.isFilled && !this.informer.fault) {
      const known = (name: string): WorkflowState | undefined =>
        heard.has(name) ? undefined : this.informer.get(this.workflows.namespace, name);
      await this.reconciler.round(known, isStopping, this.changed);
    }
    if (!this.config.values.readOnly) await this.submitter.submitDue(isStopping, this.changed);
  }

  private async nextLookAt(): Promise<Date | undefined> {
    return (await this.leadership.isLeader()) ? new Date(Date.now() + LOOK_MS) : undefined;
  }
}

function warn(error: unknown, { id, operation }: OperationRow): void {
  if (!isFault(error)) throw error;
  log.warn({ operation, operation_id: id, fault: error.kind, detail: error.details.detail }, error.message);
}

function refuse(error: unknown): never {
  if (!isFault(error)) throw error;
  const { message, details } = errorOf(error);
  throw new Unavailable(`It could not be stopped. ${message}`, { ...details, cause: error });
}
