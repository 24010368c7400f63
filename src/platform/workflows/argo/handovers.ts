import { Inject, Injectable } from '@nestjs/common';
import { OPEN, OperationStore } from '../../operations/operation-store';
import { type OperationRow, Store, type StoreTransaction } from '../../store';

/** Most rows of one round: what is left comes in the next. */
const MOST = 500;

/** Which open operations Argo has, and what their steps say meanwhile. */
@Injectable()
export class Handovers {
  constructor(
    @Inject(Store) private readonly store: Store,
    @Inject(OperationStore) private readonly operations: OperationStore,
  ) {}

  /** Due and not handed over, in the order in which they were accepted. */
  due(now: Date): Promise<OperationRow[]> {
    return this.open().where('handed_over_at', 'is', null).where('next_run_at', '<=', now.toISOString()).execute();
  }

  /** When the next one is due; undefined where none is left. */
  async nextDueAt(): Promise<Date | undefined> {
    const row = await this.store.db
      .selectFrom('operations')
      .select('next_run_at')
      .where('status', 'in', OPEN)
      .where('handed_over_at', 'is', null)
      .orderBy('next_run_at')
      .limit(1)
      .executeTakeFirst();
    return row && new Date(row.next_run_at);
  }

  /** What Argo has. */
  made(): Promise<OperationRow[]> {
    return this.open().where('handed_over_at', 'is not', null).execute();
  }

  /** Argo has its Workflow now: whatever kept it from that is over. */
  async hand(row: OperationRow, now: Date): Promise<void> {
    await this.store.transaction(async (transaction) => {
      await this.operations.update(transaction, row.id, { handed_over_at: now.toISOString() });
      await this.say(transaction, row, null);
    });
  }

  /** Its Workflow has come to nothing: another one follows, not before `at`. The log says why. */
  async takeBack(row: OperationRow, at: Date, why: string): Promise<void> {
    await this.store.transaction(async (transaction) => {
      const change = { handed_over_at: null, next_run_at: at.toISOString() };
      if (!(await this.operations.update(transaction, row.id, change))) return;
      await this.say(transaction, row, why);
    });
  }

  /** Says in the steps of operations that nobody has begun for what they wait; once, however often it is found out. */
  async explain(rows: readonly OperationRow[], message: string): Promise<void> {
    if (rows.length === 0) return;
    await this.store.transaction(async (transaction) => {
      for (const row of rows) await this.say(transaction, row, message);
    });
  }

  /** A step that has begun says itself what it waits for. */
  private async say(transaction: StoreTransaction, { id }: OperationRow, message: string | null): Promise<void> {
    const step = await transaction
      .selectFrom('operation_steps')
      .select(['name', 'status', 'message'])
      .where('operation_id', '=', id)
      .where('status', 'in', ['pending', 'running'])
      .orderBy('position')
      .limit(1)
      .executeTakeFirst();
    if (!step || step.message === message) return;
    if (step.status === 'pending') await this.operations.updateStep(transaction, id, step.name, { message });
    if (message === null) return;
    const at = new Date().toISOString();
    await this.operations.log(transaction, [{ operation_id: id, step: step.name, at, line: message }]);
  }

  private open() {
    return this.store.db.selectFrom('operations').selectAll().where('status', 'in', OPEN).orderBy('id').limit(MOST);
  }
}
