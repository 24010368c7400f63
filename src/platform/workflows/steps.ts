import type { StepRow } from '../store';

/** The steps that every operation's workflow has. The order is the order of the path. */
export const STEPS = [
  { name: 'plan', title: 'Plan again on the newest head' },
  { name: 'commit', title: 'Write the commit' },
  { name: 'push', title: 'Publish the commit by compare-and-swap' },
] as const;

export type StepName = (typeof STEPS)[number]['name'];

/** Which steps are over when a batch has come so far, and which one begins. */
export const AFTER: Record<'planned' | 'committed', { done: readonly StepName[]; next: StepName }> = {
  planned: { done: ['plan'], next: 'commit' },
  committed: { done: ['plan', 'commit'], next: 'push' },
};

export function pendingSteps(operationId: string): StepRow[] {
  return STEPS.map(({ name, title }, position) => ({
    operation_id: operationId,
    position,
    name,
    title,
    status: 'pending',
    message: null,
    commit: null,
    started_at: null,
    finished_at: null,
  }));
}
