import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../config';
import type { OperationRow } from '../../store';

type Due = Pick<OperationRow, 'id' | 'stage' | 'stage_since' | 'submitted_at' | 'task_state' | 'handed_over_at'>;

/**
 * Whether an operation has had all the time that MCTL_WORKFLOW_DEADLINE gives what is due, counted from when Argo could have done it: not while MCTL was
 * away or read-only (only a start ends that), and not while others had the lock.
 */
@Injectable()
export class Lateness {
  private readonly began = Date.now();
  /** When an operation was last seen waiting for the lock. Before this process began it makes no difference. */
  private readonly queued = new Map<string, number>();

  constructor(@Inject(Config) private readonly config: Config) {}

  /** A step of it waits for the lock. */
  sawQueued({ id }: Pick<OperationRow, 'id'>): void {
    this.queued.set(id, Date.now());
  }

  /** Forgets what makes no difference any more. */
  forget(): void {
    for (const [id, at] of this.queued) if (this.isOver(at)) this.queued.delete(id);
  }

  /** Of an operation that has had a try. However long it waited before, nothing is added: that bounds the tries in all. */
  isLate({ stage, stage_since: since, submitted_at: submitted, task_state: state }: Due): boolean {
    // A task that has been tried and waits says itself for how long, as with the embedded engine.
    if (stage === 'await' || (stage === 'prepare' && state !== null)) return false;
    return this.isOver(Math.max(Date.parse(since ?? submitted), this.began));
  }

  /** Of one that may not have had its turn. */
  isLateInTurn(row: Due): boolean {
    return this.isLate(row) && this.isOver(this.queued.get(row.id) ?? 0);
  }

  /** Of one whose Workflow is there: each has the whole time. */
  isOverdue(row: Due): boolean {
    return this.isLateInTurn(row) && this.isOver(Date.parse(row.handed_over_at ?? row.submitted_at));
  }

  private isOver(since: number): boolean {
    return Date.now() - since > this.config.values.workflowDeadline;
  }
}
