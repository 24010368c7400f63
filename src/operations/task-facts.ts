import type { Task } from '../platform/mcp';
import type { OperationRow, StepRow } from '../platform/store';
import { foreignLine } from '../platform/text/foreign-text';
import { CANCELLED } from '../platform/workflows';

/** Most commits are there after two seconds. */
const POLL_MS = 1_000;
/** What waits tells in its step for what; it may do so for long. */
const PATIENT_POLL_MS = 5_000;
const MESSAGE_LENGTH = 300;

type Facts = Pick<Task, 'taskId' | 'statusMessage' | 'createdAt' | 'lastUpdatedAt' | 'ttlMs' | 'pollIntervalMs'>;

/** What a task says of an operation, whatever its status. Rows are kept for ever, so there is no end of its time. */
export function factsOfTask(row: OperationRow, steps: readonly StepRow[]): Facts {
  const isWaiting = steps.some(({ status, message }) => status === 'running' && message !== null);
  return {
    taskId: row.workflow,
    statusMessage: foreignLine(messageOf(row, steps), MESSAGE_LENGTH),
    createdAt: row.submitted_at,
    lastUpdatedAt: lastChange(row, steps),
    ttlMs: null,
    pollIntervalMs: isWaiting ? PATIENT_POLL_MS : POLL_MS,
  };
}

export function isCancelled({ error }: Pick<OperationRow, 'error'>): boolean {
  return codeAndMessage(error)?.code === CANCELLED;
}

/** The present step in words, and whether it can still be stopped; of what has ended, how. */
function messageOf(row: OperationRow, steps: readonly StepRow[]): string {
  if (row.status === 'submitted') return 'Waits for its turn; until then it can be cancelled.';
  if (row.status === 'succeeded') return row.summary;
  if (row.status === 'failed') return codeAndMessage(row.error)?.message ?? 'It failed.';
  const index = steps.findIndex(({ status }) => status === 'running');
  const step = steps[index];
  const present = step ? `${index + 1}/${steps.length} ${step.title}` : 'Between two steps';
  return `${present}${step?.message ? `: ${step.message}` : ''} (too late to cancel)`;
}

/** Times are ISO 8601 in UTC: they sort as text. */
function lastChange(row: OperationRow, steps: readonly StepRow[]): string {
  const times = [row, ...steps].flatMap(({ started_at, finished_at }) => [started_at, finished_at]);
  return times.reduce<string>((last, time) => (time !== null && time > last ? time : last), row.submitted_at);
}

function codeAndMessage(error: string | null): { code?: string; message?: string } | undefined {
  return error === null ? undefined : (JSON.parse(error) as { code?: string; message?: string });
}
