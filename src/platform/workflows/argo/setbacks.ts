import { Inject, Injectable } from '@nestjs/common';
import { Conflict, Unavailable } from '../../errors';
import { explainGitError, GitError } from '../../gitops';
import type { KubernetesFault } from '../../kubernetes';
import type { OperationRow } from '../../store';
import { Committer } from '../committer';
import { CANCELLED, Endings } from '../endings';
import { inHandUntil, whileInHand } from '../in-hand';
import { TaskQueue } from '../task-queue';
import { COMMITTING } from './commit-queue';
import { workflowName } from './workflow-name';
import { stateInWords, type WorkflowState } from './workflow-state';

const AGAIN = 'Call again with another idempotency_key once that is repaired.';

type Changed = (id: string) => void;

/** Ends operations that Argo did not bring to their end. Each only while the row is as it was read: a pod may have gone on with it. */
@Injectable()
export class Setbacks {
  constructor(
    @Inject(Endings) private readonly endings: Endings,
    @Inject(TaskQueue) private readonly queue: TaskQueue,
    @Inject(Committer) private readonly committer: Committer,
  ) {}

  /**
   * Takes an operation that nobody has in hand away from whoever may still think so, for good: a pod whose clock is behind writes nothing from then on.
   * @returns undefined where somebody has it in hand, or has had it since it was read.
   */
  async takeOver(row: OperationRow): Promise<OperationRow | undefined> {
    const now = new Date();
    const held = await this.queue.take(row.id, [row.stage], { now, until: inHandUntil(now) });
    if (!held || held.attempts === row.attempts + 1) return held;
    await this.queue.keep(held, now);
    return undefined;
  }

  /**
   * Looks for a commit that nobody has written down, and ends the operation by it.
   * @throws TakenOver where a pod has gone on with it; Unavailable or Conflict where the branch cannot be looked at.
   */
  async isOnBranch(row: OperationRow, changed: Changed): Promise<boolean> {
    // Nobody has begun, or no commit was due: there is nothing to find.
    if (row.attempts === 0 || !COMMITTING.includes(row.stage)) return false;
    try {
      return await whileInHand(this.queue, row, () => this.committer.recover(row, changed));
    } catch (error) {
      throw error instanceof GitError ? explainGitError(error) : error;
    }
  }

  /** The cluster took no Workflow of it within the deadline. */
  async notSubmitted(row: OperationRow, fault: KubernetesFault, changed: Changed): Promise<void> {
    const error = new Unavailable(
      `Argo Workflows could not be given this operation in time. ${fault.message} ${left(row)}`,
      {
        code: 'workflow_not_submitted',
        fix: AGAIN,
        cause: fault,
      },
    );
    await this.takeAndFail(row, error, changed);
  }

  /** Somebody made a Workflow of this name for something else. */
  async nameTaken(row: OperationRow, name: string, changed: Changed): Promise<void> {
    const error = new Conflict(`A Workflow ${name} that is not of this operation has its name. ${left(row)}`, {
      code: 'workflow_name_taken',
      fix: 'Whoever runs the cluster deletes it, and finds out who made it; then call again with another idempotency_key.',
    });
    await this.takeAndFail(row, error, changed);
  }

  /**
   * Its Workflows came to nothing within the deadline.
   * @param held from `takeOver`.
   * @param state the last one; undefined where it was gone.
   * @param log the end of what its last pod wrote, cleaned.
   */
  cameToNothing(held: OperationRow, state: WorkflowState | undefined, log: string, changed: Changed): Promise<void> {
    const why = state ? stateInWords(state) : 'its Workflow was deleted';
    const error = new Unavailable(`Argo Workflows could not carry it out in time (${why}). ${left(held)}`, {
      code: 'workflow_failed',
      fix: `Look at the Workflow ${workflowName(held)} and its pods. ${AGAIN}`,
      details: { workflow: workflowName(held), ...(log !== '' && { log: { text: log } }) },
    });
    return this.failHeld(held, error, changed);
  }

  /** Its Workflow was stopped while a task waited: at its caller's wish, or by whoever runs the cluster. */
  stopped(row: OperationRow, changed: Changed): Promise<void> {
    const error = new Conflict(`Its Workflow was stopped. ${left(row)}`, {
      code: CANCELLED,
      fix: 'Call again if it is wanted after all, with another idempotency_key.',
    });
    return this.fail(row, error, changed);
  }

  private async takeAndFail(row: OperationRow, error: Error, changed: Changed): Promise<void> {
    const held = await this.takeOver(row);
    if (held) await this.failHeld(held, error, changed);
  }

  /** Says that the commit was not made after a look that comes after the last moment at which anybody could have begun to push it. */
  private async failHeld(held: OperationRow, error: Error, changed: Changed): Promise<void> {
    // The first try of all is the one that has it in hand here.
    if (held.attempts > 1 && (await this.isOnBranch(held, changed))) return;
    await this.fail(held, error, changed);
  }

  private fail(row: OperationRow, error: Error, changed: Changed): Promise<void> {
    return this.endings.fail(row, error, changed, {
      ifStill: (transaction) => this.queue.isInHand(transaction, row),
    });
  }
}

/** What there is of it on the branch. */
function left({ stage }: OperationRow): string {
  return stage === 'await' || stage === 'continue'
    ? 'Its first commit is on the branch and stays; the second one was not made.'
    : 'Its commit was not made.';
}
