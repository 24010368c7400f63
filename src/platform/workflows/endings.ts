import { Inject, Injectable } from '@nestjs/common';
import { Audit, type AuditEntry } from '../audit/audit';
import { Rollouts } from '../cluster';
import { Config } from '../config';
import { Conflict, type ErrorBody, MctlError, toErrorBody } from '../errors';
import { log } from '../logging';
import type { Operation } from '../operations/operation';
import { callerOf, OPEN, OperationStore, resultOf } from '../operations/operation-store';
import { OperationRegistry } from '../operations/registry';
import { applies } from '../operations/stages';
import { parseInput } from '../schema';
import { type OperationRow, Store, type StoreTransaction } from '../store';
import { operationCommitted, operationEnded } from './operation-trace';
import { commitSteps, stepName } from './steps';

/** Until what cannot be settled is tried again. */
const SETTLE_AGAIN_MS = 5_000;

/** Code of the error of an operation that was cancelled; to everything else it is one that failed. */
export const CANCELLED = 'cancelled';

/** An operation whose commit is on the branch. */
export interface Done {
  readonly row: OperationRow;
  readonly commit: string;
  readonly planDigest: string | null;
}

/** Ends operations, well or badly: the row, its steps, their log and the audit entry in one transaction. */
@Injectable()
export class Endings {
  constructor(
    @Inject(Store) private readonly store: Store,
    @Inject(OperationStore) private readonly operations: OperationStore,
    @Inject(OperationRegistry) private readonly registry: OperationRegistry,
    @Inject(Audit) private readonly audit: Audit,
    @Inject(Config) private readonly config: Config,
    @Inject(Rollouts) private readonly rollouts: Rollouts,
  ) {}

  /** The branch shows these commits: operations end, or go on with what comes after their first commit; those that others closed stay as they are. */
  async published(done: readonly Done[], changed: (id: string) => void): Promise<void> {
    const isAlone = ({ row }: Done) => {
      const { settle, afterCommit } = this.registry.partsOf({ name: row.operation });
      return settle !== undefined || afterCommit !== undefined;
    };
    await this.close(
      done.filter((each) => !isAlone(each)),
      changed,
    );
    // What a feature writes with the ending may fail: then nobody else's ending does.
    for (const each of done.filter(isAlone)) {
      await this.closeAlone(each, changed).catch((error: unknown) => this.settleLater(each, error));
    }
  }

  private async closeAlone(done: Done, changed: (id: string) => void): Promise<void> {
    const { row, commit } = done;
    const operation = this.registry.get(row.operation);
    const input = parseInput(operation.input, JSON.parse(row.input));
    // Not in the transaction that ends it: every other write would wait for whatever is asked here.
    await this.registry.partsOf(operation).afterCommit?.({ row, input, commit });
    await this.close([done], changed);
  }

  private async close(done: readonly Done[], changed: (id: string) => void): Promise<void> {
    if (done.length === 0) return;
    const now = new Date();
    const goingOn = new Set<string>();
    const closed = await this.store.transaction(async (transaction) => {
      goingOn.clear();
      const open: Done[] = [];
      // Two engines may find the same commit: whoever comes second must neither settle it again nor set back what has gone on.
      for (const each of done) if (await this.isStillAt(transaction, each.row)) open.push(each);
      for (const each of open) if (await this.closeOne(transaction, each, now)) goingOn.add(each.row.id);
      await this.audit.append(
        transaction,
        open.map(({ row, commit, planDigest }) =>
          this.ending(row, goingOn.has(row.id) ? 'committed' : 'succeeded', {
            commit,
            planDigest: planDigest ?? undefined,
          }),
        ),
      );
      return open;
    });
    for (const { row, commit } of closed) {
      log.info({ ...facts(row), commit }, goingOn.has(row.id) ? 'operation goes on' : 'operation succeeded');
      operationCommitted(row);
      if (!goingOn.has(row.id)) operationEnded(row);
      changed(row.id);
    }
    if (closed.length > 0) this.rollouts.announce(closed.map(({ commit }) => commit));
  }

  /** Whether nobody has ended or taken on the operation since this row was read. */
  private async isStillAt(transaction: StoreTransaction, { id, stage }: OperationRow): Promise<boolean> {
    const same = await transaction
      .selectFrom('operations')
      .select('id')
      .where('id', '=', id)
      .where('stage', '=', stage)
      .where('status', 'in', OPEN)
      .executeTakeFirst();
    return same !== undefined;
  }

  /** Whether the row's commit is not its operation's last. */
  private async goesOn(transaction: StoreTransaction, operation: Operation, row: OperationRow): Promise<boolean> {
    if (row.stage === 'continue' || operation.continuation === undefined) return false;
    const { continues } = this.registry.partsOf(operation);
    return (await continues?.(transaction, row, parseInput(operation.input, JSON.parse(row.input)))) ?? true;
  }

  /** @returns whether the operation goes on. */
  private async closeOne(transaction: StoreTransaction, { row, commit }: Done, now: Date): Promise<boolean> {
    const operation = this.registry.get(row.operation);
    await this.finishSteps(transaction, row, commit, now.toISOString());
    if (await this.goesOn(transaction, operation, row)) {
      await this.goOn(transaction, operation, { row, commit, now });
      return true;
    }
    await this.skipSteps(transaction, row);
    const ended = { status: 'succeeded' as const, finished_at: now.toISOString(), commit, error: null };
    await this.operations.update(transaction, row.id, ended);
    const { settle } = this.registry.partsOf(operation);
    const input = parseInput(operation.input, JSON.parse(row.input));
    await settle?.(transaction, { row: { ...row, ...ended }, input, done: resultOf(row), commit, at: now });
    return false;
  }

  /** What an operation that ends does not come to. */
  private async skipSteps(transaction: StoreTransaction, { id }: OperationRow): Promise<void> {
    await transaction
      .updateTable('operation_steps')
      .set({ status: 'skipped' })
      .where('operation_id', '=', id)
      .where('status', '=', 'pending')
      .execute();
  }

  /** From the first commit to the task after it, or straight to the second commit where this call needs no task. */
  private async goOn(
    transaction: StoreTransaction,
    { continuation, input }: Operation,
    { row, commit, now }: { row: OperationRow; commit: string; now: Date },
  ): Promise<void> {
    const needsTask = continuation && applies(continuation.task, parseInput(input, JSON.parse(row.input)));
    await this.operations.update(transaction, row.id, {
      stage: needsTask ? 'await' : 'continue',
      stage_since: now.toISOString(),
      task_state: null,
      task_result: null,
      base: commit,
      commit,
      attempts: 0,
      next_run_at: now.toISOString(),
    });
    const name = continuation?.task.name ?? '';
    if (needsTask) {
      await this.operations.updateStep(transaction, row.id, name, {
        status: 'running',
        started_at: now.toISOString(),
      });
    }
  }

  private async settleLater({ row }: Done, error: unknown): Promise<void> {
    log.error({ err: error, ...facts(row) }, 'the ending of an operation could not be written; it is tried again');
    const next_run_at = new Date(Date.now() + SETTLE_AGAIN_MS).toISOString();
    await this.store.transaction((transaction) => this.operations.update(transaction, row.id, { next_run_at }));
  }

  private async finishSteps(
    transaction: StoreTransaction,
    row: OperationRow,
    commit: string,
    now: string,
  ): Promise<void> {
    const operation = this.registry.get(row.operation);
    const [commitStep, push] = [stepName(operation, row.stage, 'commit'), stepName(operation, row.stage, 'push')];
    await transaction
      .updateTable('operation_steps')
      .set({ status: 'succeeded' })
      .set((step) => ({
        started_at: step.fn.coalesce('started_at', step.val(now)),
        finished_at: step.fn.coalesce('finished_at', step.val(now)),
      }))
      .where('operation_id', '=', row.id)
      .where('name', 'in', commitSteps(operation, row.stage))
      .execute();
    await this.operations.updateStep(transaction, row.id, push, { commit });
    await this.operations.log(transaction, [
      { operation_id: row.id, step: commitStep, at: now, line: `commit ${commit}` },
      { operation_id: row.id, step: push, at: now, line: `the branch shows ${commit}` },
    ]);
  }

  /** Ends an operation without a further commit. Its step says why; the caller sees the error in its usual form. */
  async fail(
    row: OperationRow,
    error: unknown,
    changed: (id: string) => void,
    { at, ifStill }: { at?: 'plan'; ifStill?: (transaction: StoreTransaction) => Promise<boolean> } = {},
  ): Promise<void> {
    if (!(error instanceof MctlError)) {
      log.error({ err: error, operation_id: row.id, request: row.request_id }, 'an operation failed unexpectedly');
    }
    const body = toErrorBody(error, row.request_id);
    const now = new Date().toISOString();
    const isOurs = await this.store.transaction(async (transaction) => {
      if (ifStill && !(await ifStill(transaction))) return false;
      await this.operations.update(transaction, row.id, {
        status: 'failed',
        finished_at: now,
        error: JSON.stringify(body),
      });
      // A race that was lost leaves later steps behind that began for nothing.
      if (at === 'plan') await this.operations.restartSteps(transaction, row.id, this.stepsOf(row), now);
      const running = await transaction
        .updateTable('operation_steps')
        .set({ status: 'failed', message: body.message, finished_at: now })
        .where('operation_id', '=', row.id)
        .where('status', '=', 'running')
        .returning('name')
        .executeTakeFirst();
      await this.skipSteps(transaction, row);
      const step = running?.name ?? this.stepsOf(row)[0] ?? '';
      const lines = [...foreignLines(body), `${body.code}: ${body.message}`];
      await this.operations.log(
        transaction,
        lines.map((line) => ({ operation_id: row.id, step, at: now, line })),
      );
      await this.audit.append(transaction, [this.ending(row, 'failed', { code: body.code })]);
      return true;
    });
    if (!isOurs) return;
    log.info({ ...facts(row), code: body.code }, 'operation failed');
    operationEnded(row, body.code);
    changed(row.id);
    await this.abandon(row);
  }

  /** After the end of an operation: has what its task before the commit began cleared away. Never throws; what fails is logged. */
  async abandon(row: OperationRow): Promise<void> {
    if (row.stage !== 'prepare') return;
    try {
      const operation = this.registry.find(row.operation);
      const { abandoned } = operation ? this.registry.partsOf(operation) : {};
      if (operation && abandoned) await abandoned(row, parseInput(operation.input, JSON.parse(row.input)));
    } catch (error) {
      log.warn({ err: error, ...facts(row) }, 'what an operation had begun could not be cleared away');
    }
  }

  /** Ends an operation that nobody has begun, at its caller's wish. @returns false where it has begun: then nothing happens. */
  async cancel(row: OperationRow, changed: (id: string) => void): Promise<boolean> {
    const body = toErrorBody(cancelled(), row.request_id);
    const now = new Date().toISOString();
    const change = { status: 'failed' as const, finished_at: now, error: JSON.stringify(body) };
    const isCancelled = await this.store.transaction(async (transaction) => {
      // Of this and a beginning at the same moment one finds the status changed.
      if (!(await this.operations.update(transaction, row.id, change, ['submitted']))) return false;
      await this.skipSteps(transaction, row);
      await this.audit.append(transaction, [this.ending(row, 'failed', { code: body.code })]);
      return true;
    });
    if (!isCancelled) return false;
    log.info(facts(row), 'operation cancelled');
    operationEnded(row, body.code);
    changed(row.id);
    return true;
  }

  /** Rows of operations that this version does not know have the plain steps. */
  private stepsOf({ operation, stage }: OperationRow): string[] {
    const known = this.registry.find(operation);
    return known ? commitSteps(known, stage) : ['plan', 'commit', 'push'];
  }

  private ending(
    row: OperationRow,
    event: 'committed' | 'succeeded' | 'failed',
    facts: Pick<AuditEntry, 'commit' | 'code' | 'planDigest'>,
  ): AuditEntry {
    return {
      event,
      operation: row.operation,
      risk: this.registry.find(row.operation)?.risk ?? 'unknown',
      actor: callerOf(row, this.config),
      operationId: row.id,
      workflow: row.workflow,
      team: row.team ?? undefined,
      target: row.target ?? undefined,
      reason: row.reason ?? undefined,
      ...facts,
    };
  }
}

/** The end of somebody else's log that an error brings along (`details.log`), cleaned where it came from; lines of logs are shown as untrusted. */
function foreignLines({ details }: ErrorBody): string[] {
  const { text } = (details?.log ?? {}) as { text?: unknown };
  return typeof text === 'string' ? text.split('\n').map((line) => `| ${line}`) : [];
}

function cancelled(): Conflict {
  return new Conflict('Its caller cancelled it before it had begun; nothing was written.', {
    code: CANCELLED,
    fix: 'Call again if it is wanted after all, with another idempotency_key.',
  });
}

/** What the log says of an operation: names and ids, never an argument. */
function facts({ id, operation, target, actor, workflow }: OperationRow): object {
  return { operation, operation_id: id, target, actor, workflow };
}
