import type { WriteArguments } from '../operations/arguments.dto';
import type { Operation } from '../operations/operation';
import { applies } from '../operations/stages';
import type { Stage, StepRow } from '../store';

/** The steps of every commit, in the order of the path. */
const COMMIT_STEPS = [
  { name: 'plan', title: 'Plan again on the newest head' },
  { name: 'commit', title: 'Write the commit' },
  { name: 'push', title: 'Publish the commit by compare-and-swap' },
] as const;

export type CommitStep = (typeof COMMIT_STEPS)[number]['name'];

export interface StepInfo {
  readonly name: string;
  readonly title: string;
}

/** Which steps are over when a batch has come so far, and which one begins. */
export const AFTER: Record<'planned' | 'committed', { done: readonly CommitStep[]; next: CommitStep }> = {
  planned: { done: ['plan'], next: 'commit' },
  committed: { done: ['plan', 'commit'], next: 'push' },
};

/** Name of a commit's step; those of the second commit carry its name, e.g. `push-activate`. */
export function stepName({ continuation }: Operation, stage: Stage, step: CommitStep): string {
  return stage === 'continue' && continuation ? `${step}-${continuation.name}` : step;
}

/** Names of the three steps of the commit that a row in this stage waits for. */
export function commitSteps(operation: Operation, stage: Stage): string[] {
  return COMMIT_STEPS.map(({ name }) => stepName(operation, stage, name));
}

/** All steps that an operation's workflow can have, in order. */
export function stepsOf(operation: Operation): StepInfo[] {
  const { task, otherTask, continuation } = operation;
  return [
    ...[task, otherTask].flatMap((each) => (each ? [{ name: each.name, title: each.title }] : [])),
    ...COMMIT_STEPS,
    ...(continuation ? [continuation.task, ...second(operation)].map(({ name, title }) => ({ name, title })) : []),
  ];
}

function second(operation: Operation): StepInfo[] {
  const what = operation.continuation?.title ?? '';
  return COMMIT_STEPS.map(({ name, title }) => ({
    name: stepName(operation, 'continue', name),
    title: `${what}: ${title.charAt(0).toLowerCase()}${title.slice(1)}`,
  }));
}

/** Rows of the steps that a call needs. */
export function pendingSteps(operationId: string, operation: Operation, input: WriteArguments): StepRow[] {
  const unneeded = [operation.task, operation.otherTask, operation.continuation?.task].flatMap((task) =>
    task && !applies(task, input) ? [task.name] : [],
  );
  return stepsOf(operation)
    .filter(({ name }) => !unneeded.includes(name))
    .map((step, position) => pending(operationId, step, position));
}

/** Rows of the steps that every commit has, for an operation of which nothing but its commits is known. */
export function plainSteps(operationId: string): StepRow[] {
  return COMMIT_STEPS.map((step, position) => pending(operationId, step, position));
}

function pending(operationId: string, { name, title }: StepInfo, position: number): StepRow {
  return {
    operation_id: operationId,
    position,
    name,
    title,
    status: 'pending',
    message: null,
    commit: null,
    started_at: null,
    finished_at: null,
  };
}
