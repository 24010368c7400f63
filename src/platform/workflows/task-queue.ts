import { Inject, Injectable } from '@nestjs/common';
import { OPEN } from '../operations/operation-store';
import { type OperationRow, type RowExpression, type Stage, Store, type StoreTransaction } from '../store';

/** In `prepare` a caller waits for the first commit, in `await` nobody does. */
export type TaskStage = 'prepare' | 'await';

/** Tasks that are due, and who has them in hand: of many replicas one, until it lets go or is not heard of any more. */
@Injectable()
export class TaskQueue {
  constructor(@Inject(Store) private readonly store: Store) {}

  /**
   * Takes operations whose task is due in this stage into hand, the one that has waited longest first: nobody else gets them before
   * `until`. Replicas that take at the same moment pass each other by.
   * @param busy ids that this process has in hand already.
   */
  async claim(
    { now, until }: { now: Date; until: Date },
    stage: TaskStage,
    { limit, busy }: { limit: number; busy: readonly string[] },
  ): Promise<OperationRow[]> {
    const due = this.openTasks([stage])
      .where('next_run_at', '<=', now.toISOString())
      .$if(busy.length > 0, (query) => query.where('id', 'not in', [...busy]))
      .select('id')
      .limit(limit)
      .$if(this.store.shared !== undefined, (query) => query.forUpdate().skipLocked());
    return this.store.db
      .with('due', () => due)
      .updateTable('operations')
      .set((row) => taken(row, now, until))
      .where('id', 'in', (row) => row.selectFrom('due').select('due.id'))
      .returningAll()
      .execute();
  }

  /** Takes one operation into hand. @returns undefined where it is in none of these stages, not due, or in somebody's hand. */
  take(
    id: string,
    stages: readonly Stage[],
    { now, until }: { now: Date; until: Date },
  ): Promise<OperationRow | undefined> {
    return this.store.db
      .updateTable('operations')
      .set((row) => taken(row, now, until))
      .where('id', '=', id)
      .where('status', 'in', OPEN)
      .where('stage', 'in', stages)
      .where('next_run_at', '<=', now.toISOString())
      .returningAll()
      .executeTakeFirst();
  }

  /** Goes on having a task in hand, or lets go of it where `until` is now. */
  async keep(row: OperationRow, until: Date): Promise<void> {
    await this.store.db
      .updateTable('operations')
      .set({ next_run_at: until.toISOString() })
      .where((each) => each.and({ id: row.id, stage: row.stage, attempts: row.attempts }))
      .where('status', 'in', OPEN)
      .execute();
  }

  /** Whether the try that this row tells of is the one that has the task in hand: nobody has taken it over, nothing has ended it. */
  async isInHand(transaction: StoreTransaction, row: OperationRow): Promise<boolean> {
    const same = await transaction
      .selectFrom('operations')
      .select('id')
      .where((each) => each.and({ id: row.id, stage: row.stage, attempts: row.attempts }))
      .where('status', 'in', OPEN)
      .executeTakeFirst();
    return same !== undefined;
  }

  async nextDueAt(stages: readonly TaskStage[]): Promise<Date | undefined> {
    const row = await this.openTasks(stages).select('next_run_at').limit(1).executeTakeFirst();
    return row && new Date(row.next_run_at);
  }

  private openTasks(stages: readonly TaskStage[]) {
    return this.store.db
      .selectFrom('operations')
      .where('status', 'in', OPEN)
      .where('stage', 'in', stages)
      .orderBy('next_run_at');
  }
}

function taken(row: RowExpression<'operations'>, now: Date, until: Date) {
  return {
    status: 'running' as const,
    started_at: row.fn.coalesce('started_at', row.val(now.toISOString())),
    attempts: row('attempts', '+', 1),
    next_run_at: until.toISOString(),
  };
}
