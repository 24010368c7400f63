import { Inject, Injectable } from '@nestjs/common';
import { OPEN, OperationStore } from '../../operations/operation-store';
import { type OperationRow, Store, type StoreTransaction } from '../../store';
import { TaskQueue } from '../task-queue';

/** Rows that are read at once. */
const PAGE = 500;

/** What tells whether an operation that Argo has needs a look. */
const SIGHT = [
  ...(['id', 'workflow', 'commit', 'status', 'attempts', 'next_run_at', 'handed_over_at'] as const),
  ...(['stage', 'stage_since', 'submitted_at', 'task_state'] as const),
] as const;
export type Handover = Pick<OperationRow, (typeof SIGHT)[number]>;

/** Which open operations Argo has, and what their steps say meanwhile. */
@Injectable()
export class Handovers {
  constructor(
    @Inject(Store) private readonly store: Store,
    @Inject(OperationStore) private readonly operations: OperationStore,
    @Inject(TaskQueue) private readonly queue: TaskQueue,
  ) {}

  /** Due and not handed over, in the order in which they were accepted, page by page. */
  async *due(now: Date): AsyncGenerator<readonly OperationRow[]> {
    const due = this.open()
      .selectAll()
      .where('handed_over_at', 'is', null)
      .where('next_run_at', '<=', now.toISOString());
    let last = '';
    for (;;) {
      const page = await due.where('id', '>', last).execute();
      if (page.length > 0) yield page;
      if (page.length < PAGE) return;
      last = page.at(-1)?.id ?? last;
    }
  }

  /** What Argo has, all of it. */
  async made(): Promise<Handover[]> {
    const made = this.open().select(SIGHT).where('handed_over_at', 'is not', null);
    const found: Handover[] = [];
    for (;;) {
      const page = await made.where('id', '>', found.at(-1)?.id ?? '').execute();
      found.push(...page);
      if (page.length < PAGE) return found;
    }
  }

  /** Argo has its Workflow now: whatever kept it from that is over. */
  async hand(row: OperationRow, now: Date): Promise<void> {
    await this.store.transaction(async (transaction) => {
      await this.operations.update(transaction, row.id, { handed_over_at: now.toISOString() });
      await this.say(transaction, row, null);
    });
  }

  /**
   * Its Workflow has come to nothing, or was refused: another one follows, not before `at`. The log says why. Nothing happens where somebody has taken
   * it in hand since it was read.
   * @param text the end of what its pod wrote, clean.
   */
  async takeBack(row: OperationRow, at: Date, why: string, text = ''): Promise<void> {
    await this.store.transaction(async (transaction) => {
      if (!(await this.queue.isInHand(transaction, row))) return;
      await this.operations.update(transaction, row.id, { handed_over_at: null, next_run_at: at.toISOString() });
      await this.say(transaction, row, why, quoted(text));
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
  private async say(
    transaction: StoreTransaction,
    { id }: OperationRow,
    message: string | null,
    lines: readonly string[] = [],
  ): Promise<void> {
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
    await this.operations.log(
      transaction,
      [...lines, message].map((line) => ({ operation_id: id, step: step.name, at, line })),
    );
  }

  private open() {
    return this.store.db.selectFrom('operations').where('status', 'in', OPEN).orderBy('id').limit(PAGE);
  }
}

/** The end of a pod's output, as the log shows somebody else's lines (`endings.ts`). */
function quoted(text: string): string[] {
  return text === '' ? [] : text.split('\n').map((line) => `| ${line}`);
}
