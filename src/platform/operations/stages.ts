import type { OperationRow, Stage } from '../store';
import type { WriteArguments } from './arguments.dto';
import type { Operation, TaskDeclaration } from './operation';

/** Where a new operation begins. */
export function firstStage({ task }: Operation, input: WriteArguments): Stage {
  return task && applies(task, input) ? 'prepare' : 'commit';
}

/** Whether a call needs the task. */
export function applies<Input>(task: TaskDeclaration<Input>, input: Input): boolean {
  return task.applies?.(input) ?? true;
}

/** The task that an operation in this stage waits for. */
export function taskOf(
  operation: Operation,
  { stage }: Pick<OperationRow, 'stage'>,
): TaskDeclaration<never> | undefined {
  if (stage === 'prepare') return operation.task;
  return stage === 'await' ? operation.continuation?.task : undefined;
}
