import type { OperationRow } from '../../store';

/**
 * Whether an operation has had all the time that MCTL_WORKFLOW_DEADLINE gives what is due. A task that has been tried and waits says itself
 * for how long, as with the embedded engine.
 */
export function isLate(
  { stage, stage_since: since, submitted_at: submitted, task_state: state }: OperationRow,
  deadlineMs: number,
  now: number,
): boolean {
  if (stage === 'await' || (stage === 'prepare' && state !== null)) return false;
  return now - Date.parse(since ?? submitted) > deadlineMs;
}
