import { Inject, Injectable } from '@nestjs/common';
import { Access } from '../auth/access';
import { Config } from '../config';
import { MctlError, Unavailable } from '../errors';
import { Gitops } from '../gitops';
import { log } from '../logging';
import type { TaskDeclaration } from '../operations/operation';
import { callerOf, OperationStore } from '../operations/operation-store';
import type { TaskContext, TaskOutcome } from '../operations/parts';
import { OperationRegistry } from '../operations/registry';
import { taskOf } from '../operations/stages';
import { parseInput } from '../schema';
import { type OperationRow, Store, type StoreTransaction } from '../store';
import { taskSeconds } from '../metrics/instruments';
import { traced } from '../tracing';
import { Endings } from './endings';
import { traceFacts, traceOf } from './operation-trace';
import { inHandUntil, startHeart, TakenOver } from './in-hand';
import { TaskQueue, type TaskStage } from './task-queue';

const BACKOFF_MS = 1_000;
const BACKOFF_LIMIT_MS = 60_000;

/** Works on what an operation does outside git (ADR 14): one try at a time, its outcome kept with the row. */
@Injectable()
export class Tasks {
  constructor(
    @Inject(Store) private readonly store: Store,
    @Inject(OperationStore) private readonly operations: OperationStore,
    @Inject(TaskQueue) private readonly queue: TaskQueue,
    @Inject(OperationRegistry) private readonly registry: OperationRegistry,
    @Inject(Gitops) private readonly gitops: Gitops,
    @Inject(Access) private readonly access: Access,
    @Inject(Endings) private readonly endings: Endings,
    @Inject(Config) private readonly config: Config,
  ) {}

  /** Takes tasks that are due into the hands of this process. */
  claim(stage: TaskStage, limit: number, busy: readonly string[]): Promise<OperationRow[]> {
    const now = new Date();
    return this.queue.claim({ now, until: inHandUntil(now) }, stage, { limit, busy });
  }

  /** One try of the task that a claimed row waits for. Throws only where the store cannot be written. */
  async attempt(row: OperationRow, signal: AbortSignal, changed: (id: string) => void): Promise<void> {
    const task = taskOf(this.registry.get(row.operation), row);
    if (!task) throw new Error(`${row.operation} has no task in stage ${row.stage}.`);
    const heart = startHeart(this.queue, row);
    try {
      await this.begin(row, task);
      changed(row.id);
      const outcome = await this.observed(row, task, signal);
      await heart.stop();
      if ('done' in outcome) await this.done(row, task, outcome.done);
      else await this.wait(row, task, outcome.wait);
    } catch (error) {
      await heart.stop();
      if (error instanceof TakenOver) return this.afterTheEnd(row);
      // The next process tries again, at once; this one may not even have begun.
      if (signal.aborted) return this.queue.keep(row, new Date());
      await this.failOrTryAgain(row, task, { error, changed });
    }
    changed(row.id);
  }

  private async begin(row: OperationRow, { name }: TaskDeclaration<never>): Promise<void> {
    if (row.attempts > 1) return;
    const begun = { status: 'running' as const, started_at: new Date().toISOString() };
    await this.inHand(row, (transaction) => this.operations.updateStep(transaction, row.id, name, begun));
  }

  /** Writes for a try only while it is the one that counts: a process that was stopped and wakes up changes nothing any more. */
  private async inHand(row: OperationRow, work: (transaction: StoreTransaction) => Promise<void>): Promise<void> {
    await this.store.transaction(async (transaction) => {
      if (!(await this.queue.isInHand(transaction, row))) throw new TakenOver();
      await work(transaction);
    });
  }

  /** A try as a span in the trace of the operation's call, and as an observation. */
  private observed(row: OperationRow, task: TaskDeclaration<never>, signal: AbortSignal): Promise<TaskOutcome> {
    const facts = {
      name: 'mctl.task',
      kind: 'consumer',
      parent: traceOf(row),
      attributes: { ...traceFacts(row), 'mctl.task': task.name, 'mctl.attempt': row.attempts },
    } as const;
    const stop = taskSeconds.startTimer({ task: task.name });
    let end = 'failed';
    return traced(facts, async (span) => {
      const outcome = await this.run(row, task, signal);
      end = 'done' in outcome ? 'done' : 'waiting';
      span.set({ 'mctl.outcome': end });
      return outcome;
    }).finally(() => stop({ outcome: end }));
  }

  private async run(row: OperationRow, { name }: TaskDeclaration<never>, signal: AbortSignal): Promise<TaskOutcome> {
    const operation = this.registry.get(row.operation);
    const run = this.registry.partsOf(operation).tasks?.[name];
    if (!run) throw new Error(`Task ${name} of ${operation.name} is bound to nothing.`);
    const [actor, world] = [callerOf(row, this.config), await this.gitops.world()];
    const input = parseInput(operation.input, JSON.parse(row.input));
    // Nothing is made outside for somebody who has lost the role since the call, or since the last try.
    if (!operation.byResource) this.access.check(world, actor, operation, input);
    const context: TaskContext<never> = {
      operationId: row.id,
      input: input as never,
      actor,
      world,
      submittedAt: new Date(row.submitted_at),
      since: new Date(row.stage_since ?? row.submitted_at),
      attempt: row.attempts,
      state: row.task_state === null ? undefined : JSON.parse(row.task_state),
      signal,
    };
    return run(context);
  }

  private async done(row: OperationRow, { name, title }: TaskDeclaration<never>, result: unknown): Promise<void> {
    const now = new Date().toISOString();
    await this.inHand(row, async (transaction) => {
      await this.operations.update(transaction, row.id, {
        stage: row.stage === 'prepare' ? 'commit' : 'continue',
        stage_since: now,
        task_state: null,
        task_result: JSON.stringify(result ?? null),
        attempts: 0,
        next_run_at: now,
      });
      await this.operations.updateStep(transaction, row.id, name, {
        status: 'succeeded',
        message: null,
        finished_at: now,
      });
      await this.say(transaction, row, name, `${title}: done`);
    });
  }

  /** Told once: a task that asks every minute for a week writes no line a minute. */
  private async wait(
    row: OperationRow,
    { name }: TaskDeclaration<never>,
    { milliseconds, message, state }: { milliseconds: number; message: string; state?: unknown },
  ): Promise<void> {
    await this.inHand(row, async (transaction) => {
      await this.operations.update(transaction, row.id, {
        task_state: JSON.stringify(state ?? null),
        next_run_at: new Date(Date.now() + Math.max(0, milliseconds)).toISOString(),
      });
      await this.tell(transaction, row, name, message);
    });
  }

  private async failOrTryAgain(
    row: OperationRow,
    { name }: TaskDeclaration<never>,
    { error, changed }: { error: unknown; changed: (id: string) => void },
  ): Promise<void> {
    const isFinal = error instanceof MctlError && !(error instanceof Unavailable);
    const isLate = Date.now() - Date.parse(row.submitted_at) > this.config.values.workflowDeadline;
    if (isFinal || (isLate && row.stage === 'prepare')) return this.fail(row, error, changed);
    if (!(error instanceof MctlError)) log.error({ err: error, operation_id: row.id, task: name }, 'a task stumbled');
    const message = error instanceof MctlError ? error.message : 'An unexpected error; the log has it.';
    const delay = Math.min(BACKOFF_LIMIT_MS, BACKOFF_MS * 2 ** Math.min(row.attempts, 10)) * (0.5 + Math.random() / 2);
    await this.ifInHand(row, async (transaction) => {
      const next_run_at = new Date(Date.now() + delay).toISOString();
      await this.operations.update(transaction, row.id, { next_run_at });
      await this.tell(
        transaction,
        row,
        name,
        /\btr(?:y|ies|ying) again\b/i.test(message) ? message : `${message} MCTL tries again by itself.`,
      );
    });
  }

  private fail(row: OperationRow, error: unknown, changed: (id: string) => void): Promise<void> {
    return this.endings.fail(row, error, changed, {
      ifStill: (transaction) => this.queue.isInHand(transaction, row),
    });
  }

  private ifInHand(row: OperationRow, work: (transaction: StoreTransaction) => Promise<void>): Promise<void> {
    return this.inHand(row, work).catch((error: unknown) => {
      if (!(error instanceof TakenOver)) throw error;
      return this.afterTheEnd(row);
    });
  }

  /** The operation may have failed during this very try: then nobody else knows of what the try has begun. */
  private async afterTheEnd(row: OperationRow): Promise<void> {
    const { status } = await this.operations.get(row.id);
    if (status === 'failed') await this.endings.abandon(row);
  }

  private async tell(transaction: StoreTransaction, row: OperationRow, step: string, message: string): Promise<void> {
    const told = await transaction
      .selectFrom('operation_steps')
      .select('message')
      .where('operation_id', '=', row.id)
      .where('name', '=', step)
      .executeTakeFirst();
    if (told?.message === message) return;
    await this.operations.updateStep(transaction, row.id, step, { message });
    await this.say(transaction, row, step, message);
  }

  private say(transaction: StoreTransaction, row: OperationRow, step: string, line: string): Promise<void> {
    return this.operations.log(transaction, [{ operation_id: row.id, step, at: new Date().toISOString(), line }]);
  }
}
