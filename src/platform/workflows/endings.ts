import { Inject, Injectable } from '@nestjs/common';
import { Audit, type AuditEntry } from '../audit/audit';
import { Config } from '../config';
import { MctlError, toErrorBody } from '../errors';
import { log } from '../logging';
import { callerOf, OperationStore } from '../operations/operation-store';
import { OperationRegistry } from '../operations/registry';
import { type OperationRow, Store, type StoreTransaction } from '../store';

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
  ) {}

  /** Ends operations whose commits the branch shows. */
  async succeed(done: readonly Done[], changed: (id: string) => void): Promise<void> {
    if (done.length === 0) return;
    const now = new Date().toISOString();
    await this.store.transaction(async (transaction) => {
      for (const { row, commit } of done) {
        await this.operations.update(transaction, row.id, {
          status: 'succeeded',
          finished_at: now,
          commit,
          error: null,
        });
        await this.finishSteps(transaction, row.id, commit, now);
      }
      await this.audit.append(
        transaction,
        done.map(({ row, commit, planDigest }) =>
          this.ending(row, 'succeeded', { commit, planDigest: planDigest ?? undefined }),
        ),
      );
    });
    for (const { row, commit } of done) {
      log.info({ ...facts(row), commit }, 'operation succeeded');
      changed(row.id);
    }
  }

  private async finishSteps(transaction: StoreTransaction, id: string, commit: string, now: string): Promise<void> {
    await transaction
      .updateTable('operation_steps')
      .set({ status: 'succeeded' })
      .set((row) => ({
        started_at: row.fn.coalesce('started_at', row.val(now)),
        finished_at: row.fn.coalesce('finished_at', row.val(now)),
      }))
      .where('operation_id', '=', id)
      .execute();
    await this.operations.updateStep(transaction, id, 'push', { commit });
    await this.operations.log(transaction, [
      { operation_id: id, step: 'commit', at: now, line: `commit ${commit}` },
      { operation_id: id, step: 'push', at: now, line: `the branch shows ${commit}` },
    ]);
  }

  /** Ends an operation without a commit. Its step says why; the caller sees the error in its usual form. */
  async fail(row: OperationRow, error: unknown, changed: (id: string) => void, at?: 'plan'): Promise<void> {
    if (!(error instanceof MctlError)) {
      log.error({ err: error, operation: row.id, request: row.request_id }, 'an operation failed unexpectedly');
    }
    const body = toErrorBody(error, row.request_id);
    const now = new Date().toISOString();
    await this.store.transaction(async (transaction) => {
      await this.operations.update(transaction, row.id, {
        status: 'failed',
        finished_at: now,
        error: JSON.stringify(body),
      });
      // A race that was lost leaves later steps behind that began for nothing.
      if (at === 'plan') await this.operations.restartSteps(transaction, row.id, now);
      const running = await transaction
        .updateTable('operation_steps')
        .set({ status: 'failed', message: body.message, finished_at: now })
        .where('operation_id', '=', row.id)
        .where('status', '=', 'running')
        .returning('name')
        .executeTakeFirst();
      await transaction
        .updateTable('operation_steps')
        .set({ status: 'skipped' })
        .where('operation_id', '=', row.id)
        .where('status', '=', 'pending')
        .execute();
      await this.operations.log(transaction, [
        { operation_id: row.id, step: running?.name ?? 'plan', at: now, line: `${body.code}: ${body.message}` },
      ]);
      await this.audit.append(transaction, [this.ending(row, 'failed', { code: body.code })]);
    });
    log.info({ ...facts(row), code: body.code }, 'operation failed');
    changed(row.id);
  }

  private ending(
    row: OperationRow,
    event: 'succeeded' | 'failed',
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

/** What the log says of an operation: names and ids, never an argument. */
function facts({ id, operation, target, actor, workflow }: OperationRow): object {
  return { operation, id, target, actor, workflow };
}
