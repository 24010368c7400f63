import type { Operation } from '../platform/operations/operation';
import { expectation, fieldsOf, jsonSchemaOf } from '../platform/schema';
import { stepsOf } from '../platform/workflows';
import type { OperationAnswer, OperationItem, ParameterItem } from './operations.dto';

export function operationItem({ name, title, risk, kind, role, tool }: Operation): OperationItem {
  return { name, title, risk, kind, role, tool };
}

/** Everything about an operation that its declaration says. */
export function describeOperation(operation: Operation): OperationAnswer {
  return {
    ...operationItem(operation),
    description: operation.description,
    parameters: parametersOf(operation),
    paths: [...operation.paths],
    workflow_template: operation.name,
    steps: stepsOf(operation),
  };
}

function parametersOf({ input }: Operation): ParameterItem[] {
  const { properties, required = [] } = jsonSchemaOf(input, 'input') as {
    properties: Record<string, { type?: string; default?: unknown }>;
    required?: string[];
  };
  return [...fieldsOf(input)].map(([name, spec]) => {
    const { type = 'object', default: fallback } = properties[name] ?? {};
    return {
      name,
      type,
      required: required.includes(name),
      default: fallback === undefined ? null : JSON.stringify(fallback),
      rule: expectation(spec).expected ?? '',
      description: spec.description ?? '',
    };
  });
}
