import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../config';
import { Conflict, NotFound } from '../../errors';
import { Gitops } from '../../gitops';
import type { Operation } from '../../operations/operation';
import { OperationStore } from '../../operations/operation-store';
import { OperationRegistry } from '../../operations/registry';
import { taskOf } from '../../operations/stages';
import { type OperationRow, Store } from '../../store';
import { Commits } from '../commits';
import { inHandUntil, startHeart, TakenOver, whileInHand } from '../in-hand';
import { TaskQueue } from '../task-queue';
import { Tasks } from '../tasks';
import { isOpen } from '../waiting';
import { type ArgoStep, argoSteps, STAGES } from './argo-steps';
import { COMMITTING, CommitQueue } from './commit-queue';

/** A pod works and waits for so long; what takes longer is for the next one. */
const PATIENCE_MS = 600_000;
/** A commit holds the lock of all others meanwhile: a remote that stays away is waited for without it. */
const COMMIT_PATIENCE_MS = 120_000;
/** Nobody tells a pod of what servers and other pods do. */
const LOOK_MS = 1_000;

/** How a step ended: it is done, its operation has failed, or it is to be tried again later. */
export type StepEnd = 'done' | 'failed' | 'again';

export interface StepRun {
  readonly id: string;
  /** As in the template, e.g. `commit` or the name of a task. */
  readonly step: string;
  /** Aborted when the process is to end. */
  readonly leaving: AbortSignal;
  /** Told what happens, without any argument of the call. */
  readonly say: (what: string) => void;
}

/** Does one step of an accepted operation in a process of its own, as a pod of Argo: with the very code of the embedded engine. */
@Injectable()
export class StepRunner {
  constructor(
    @Inject(Store) private readonly store: Store,
    @Inject(OperationStore) private readonly operations: OperationStore,
    @Inject(OperationRegistry) private readonly registry: OperationRegistry,
    @Inject(Gitops) private readonly gitops: Gitops,
    @Inject(TaskQueue) private readonly queue: TaskQueue,
    @Inject(Tasks) private readonly tasks: Tasks,
    @Inject(Commits) private readonly commits: Commits,
    @Inject(CommitQueue) private readonly order: CommitQueue,
    @Inject(Config) private readonly config: Config,
  ) {}

  /**
   * @throws NotFound for an id or a step that does not exist; Conflict where the operation has not come so far: nothing is touched then.
   * Whatever else the store throws.
   */
  async run(run: StepRun): Promise<StepEnd> {
    const { step, isTask, end } = await this.open(run);
    for (;;) {
      const row = await this.rowOf(run.id);
      const over = this.isOver(row, step) ?? this.mustEnd(run, end);
      if (over) return over;
      const next = isTask ? row : await this.order.first(row);
      if (!next) continue;
      const hasTried = isTask ? await this.tryTask(row, run) : await this.tryCommit(next, row, run);
      if (!hasTried && !(await this.wait(next, end, run))) return 'again';
    }
  }

  private mustEnd({ leaving, say }: StepRun, end: number): StepEnd | undefined {
    if (leaving.aborted || Date.now() >= end) return 'again';
    if (!this.config.values.readOnly) return undefined;
    say('MCTL runs read-only (MCTL_READ_ONLY=true): nothing is done');
    return 'again';
  }

  private async open({ id, step: name, say }: StepRun): Promise<{ step: ArgoStep; isTask: boolean; end: number }> {
    const row = await this.rowOf(id);
    const step = this.stepOf(this.registry.get(row.operation), name);
    if (isOpen(row) && STAGES.indexOf(row.stage) < STAGES.indexOf(step.stage)) throw tooEarly(row, name);
    const isTask = step.stage === 'prepare' || step.stage === 'await';
    // Before anything is taken in hand: the first reading of a large repository takes its time.
    if (isOpen(row) && row.stage === step.stage) {
      say('reads the repository');
      await this.gitops.refresh();
    }
    return { step, isTask, end: Date.now() + (isTask ? PATIENCE_MS : COMMIT_PATIENCE_MS) };
  }

  private isOver(row: OperationRow, { name, stage }: ArgoStep): StepEnd | undefined {
    if (row.status === 'failed') return 'failed';
    if (!isOpen(row) || row.stage !== stage) return 'done';
    // Of two tasks before the commit a call needs one.
    const task = taskOf(this.registry.get(row.operation), row)?.name;
    return task !== undefined && task !== name ? 'done' : undefined;
  }

  /** @returns false where it is not due, or in somebody else's hand. */
  private async tryTask(row: OperationRow, { leaving, say }: StepRun): Promise<boolean> {
    if (Date.parse(row.next_run_at) > Date.now()) return false;
    // Nothing else reads the branch here. Where it cannot be read, the task itself says so, if what is known is too old.
    await this.gitops.refresh().catch((error: unknown) => say(error instanceof Error ? error.message : String(error)));
    const taken = await this.take(row);
    if (!taken) return false;
    say(`try ${taken.attempts}`);
    await this.tasks.attempt(taken, leaving, this.changed);
    this.store.signals.work();
    return true;
  }

  private async tryCommit(next: OperationRow, own: OperationRow, { leaving, say }: StepRun): Promise<boolean> {
    const taken = await this.take(next);
    if (!taken) return false;
    say(next.id === own.id ? `try ${taken.attempts}` : `operation ${next.id} on the same object goes first`);
    const heart = startHeart(this.queue, taken);
    // The committer counts its tries itself.
    const due = { ...taken, attempts: taken.attempts - 1 };
    const attempt = { changed: this.changed, leaving, over: () => heart.stop() };
    try {
      await whileInHand(this.queue, taken, () => this.commits.run([due], attempt));
    } catch (error) {
      if (!(error instanceof TakenOver)) throw error;
    } finally {
      await heart.stop();
    }
    this.store.signals.work();
    return true;
  }

  private take({ id, stage }: OperationRow): Promise<OperationRow | undefined> {
    const now = new Date();
    return this.queue.take(id, COMMITTING.includes(stage) ? COMMITTING : [stage], { now, until: inHandUntil(now) });
  }

  /** @returns false where waiting is for the next pod. */
  private async wait(row: OperationRow, end: number, { leaving, say }: StepRun): Promise<boolean> {
    const due = Date.parse(row.next_run_at);
    if (due > end) {
      say(`waits until ${row.next_run_at}`);
      return false;
    }
    await sleep(Math.min(LOOK_MS, Math.max(50, due - Date.now())), undefined, { signal: leaving }).catch(
      () => undefined,
    );
    return true;
  }

  private readonly changed = (id: string): void => this.store.signals.changed(id);

  private async rowOf(id: string): Promise<OperationRow> {
    const row = await this.operations.find(id);
    if (row) return row;
    throw new NotFound('There is no such operation in this store.', {
      code: 'operation_not_found',
      field: 'OPERATION_ID',
    });
  }

  private stepOf(operation: Operation, name: string): ArgoStep {
    const steps = argoSteps(operation);
    const step = steps.find((each) => each.name === name);
    if (step) return step;
    throw new NotFound(`${operation.name} has no step of this name.`, {
      code: 'step_not_found',
      field: 'OPERATION_STEP',
      allowed: steps.map((each) => each.name),
      fix: 'The ClusterWorkflowTemplate and the image are of different versions: install both from one chart.',
    });
  }
}

function tooEarly({ stage }: OperationRow, name: string): Conflict {
  return new Conflict(`The operation has not come to the step ${name}: it is in stage ${stage}. Nothing was done.`, {
    code: 'step_too_early',
    field: 'OPERATION_STEP',
  });
}
