import type { OperationRow, Stage } from '../store';
import type { WriteArguments } from './arguments.dto';
import type { Operation, TaskDeclaration } from './operation';

/** Where a new operation begins. */
export function firstStage(operation: Operation, input: WriteArguments): Stage {
  return firstTask(operation, input) ? 'prepare' : 'commit';
}

/** The task before the commit that a call needs. */
function firstTask({ task, otherTask }: Operation, input: WriteArguments): TaskDeclaration<never> | undefined {
  return [task, otherTask].find((each) => each !== undefined && applies(each, input));
}

/** Whether a call needs the task. */
export function applies<Input>(task: TaskDeclaration<Input>, input: Input): boolean {
  return task.applies?.(input) ?? true;
}

/** The task that an operation in this stage waits for. */
export function taskOf(
  operation: Operation,
  { stage, input }: Pick<OperationRow, 'stage' | 'input'>,
): TaskDeclaration<never> | undefined {
  if (stage === 'prepare') return firstTask(operation, JSON.parse(input) as WriteArguments);
  return stage === 'await' ? operation.continuation?.task : undefined;
}
