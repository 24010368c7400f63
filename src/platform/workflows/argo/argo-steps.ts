import type { Operation } from '../../operations/operation';
import { taskOf } from '../../operations/stages';
import type { OperationRow, Stage } from '../../store';
import { commitSteps } from '../steps';

/** One container of an operation's Workflow. */
export interface ArgoStep {
  /** Name in the template and in OPERATION_STEP: that of its task, or `commit`. */
  readonly name: string;
  readonly stage: Stage;
  /** Name of the step of the store that begins with it. */
  readonly storeStep: string;
}

export const STAGES: readonly Stage[] = ['prepare', 'commit', 'await', 'continue'];

/** All steps that Workflows of an operation can have, in order. Tasks before the commit exclude each other. */
export function argoSteps(operation: Operation): ArgoStep[] {
  const { task, otherTask, continuation } = operation;
  return [
    ...[task, otherTask].flatMap((each) => (each ? [ofTask(each.name, 'prepare')] : [])),
    ofCommit(operation, 'commit', 'commit'),
    ...(continuation
      ? [ofTask(continuation.task.name, 'await'), ofCommit(operation, 'continue', `commit-${continuation.name}`)]
      : []),
  ];
}

/** Where a Workflow may begin, and what it does from there: an operation that is taken up again does not start pods for what is done. */
export function entrypoints(operation: Operation): { readonly name: string; readonly steps: readonly ArgoStep[] }[] {
  const steps = argoSteps(operation);
  return steps.map((first, index) => ({
    name: index === 0 ? operation.name : `${operation.name}-from-${first.name}`,
    steps: [first, ...steps.slice(index + 1).filter(({ stage }) => stage !== 'prepare')],
  }));
}

/** Entrypoint of what is left of an operation. */
export function entrypointOf(operation: Operation, row: Pick<OperationRow, 'stage' | 'input'>): string {
  const task = taskOf(operation, row)?.name;
  const isNext = ({ name, stage }: ArgoStep) => stage === row.stage && (task === undefined || name === task);
  const found = entrypoints(operation).find(({ steps: [first] }) => first && isNext(first));
  if (!found) throw new Error(`${operation.name} has no step in stage ${row.stage}.`);
  return found.name;
}

function ofTask(name: string, stage: Stage): ArgoStep {
  return { name, stage, storeStep: name };
}

function ofCommit(operation: Operation, stage: Stage, name: string): ArgoStep {
  return { name, stage, storeStep: commitSteps(operation, stage)[0] ?? name };
}
