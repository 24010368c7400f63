import { Inject, Injectable } from '@nestjs/common';
import { Conflict, Unavailable } from '../../errors';
import type { KubernetesFault } from '../../kubernetes';
import type { OperationRow } from '../../store';
import { CANCELLED, Endings } from '../endings';
import { TaskQueue } from '../task-queue';
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
  ) {}

  /** The cluster took no Workflow of it within the deadline. */
  notSubmitted(row: OperationRow, fault: KubernetesFault, changed: Changed): Promise<void> {
    const error = new Unavailable(
      `Argo Workflows could not be given this operation in time. ${fault.message} ${left(row)}`,
      {
        code: 'workflow_not_submitted',
        fix: AGAIN,
        cause: fault,
      },
    );
    return this.fail(row, error, changed);
  }

  /** Somebody made a Workflow of this name for something else. */
  nameTaken(row: OperationRow, name: string, changed: Changed): Promise<void> {
    const error = new Conflict(`A Workflow ${name} that is not of this operation has its name. ${left(row)}`, {
      code: 'workflow_name_taken',
      fix: 'Whoever runs the cluster deletes it, and finds out who made it; then call again with another idempotency_key.',
    });
    return this.fail(row, error, changed);
  }

  /**
   * Its Workflows came to nothing within the deadline, and the branch has been looked at since.
   * @param state the last one; undefined where it was gone.
   * @param log the end of what its last pod wrote, cleaned.
   */
  cameToNothing(row: OperationRow, state: WorkflowState | undefined, log: string, changed: Changed): Promise<void> {
    const why = state ? stateInWords(state) : 'its Workflow was deleted';
    const error = new Unavailable(`Argo Workflows could not carry it out in time (${why}). ${left(row)}`, {
      code: 'workflow_failed',
      fix: `Look at the Workflow ${workflowName(row)} and its pods. ${AGAIN}`,
      details: { workflow: workflowName(row), ...(log !== '' && { log: { text: log } }) },
    });
    return this.fail(row, error, changed);
  }

  /** Its Workflow was stopped while a task waited: at its caller's wish, or by whoever runs the cluster. */
  stopped(row: OperationRow, changed: Changed): Promise<void> {
    const error = new Conflict(`Its Workflow was stopped. ${left(row)}`, {
      code: CANCELLED,
      fix: 'Call again if it is wanted after all, with another idempotency_key.',
    });
    return this.fail(row, error, changed);
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
