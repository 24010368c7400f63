import { Injectable } from '@nestjs/common';
import { NotFound } from '../errors';
import { nearest } from '../text/nearest';
import type { WriteArguments } from './arguments.dto';
import type { Operation } from './operation';
import type { OperationParts } from './parts';

/** All operations there are. Each feature's module puts its own in when it is built. */
@Injectable()
export class OperationRegistry {
  private readonly operations = new Map<string, Operation>();
  private readonly parts = new Map<string, OperationParts>();

  register(...operations: readonly Operation[]): void {
    for (const operation of operations) {
      if (this.operations.has(operation.name)) throw new Error(`Two operations are called ${operation.name}.`);
      this.operations.set(operation.name, operation);
    }
  }

  /** Says what an operation asks and does beyond the repository. Once, by the module that registers it. */
  bind<Input extends WriteArguments, Facts>(operation: Operation, parts: OperationParts<Input, Facts>): void {
    if (this.parts.has(operation.name)) throw new Error(`The parts of ${operation.name} are bound twice.`);
    this.parts.set(operation.name, parts as unknown as OperationParts);
  }

  /** Empty for an operation that is all git. */
  partsOf(operation: Pick<Operation, 'name'>): OperationParts {
    return this.parts.get(operation.name) ?? {};
  }

  /** Sorted by name. */
  all(): Operation[] {
    return [...this.operations.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  find(name: string): Operation | undefined {
    return this.operations.get(name);
  }

  /** @throws NotFound that lists the names there are. */
  get(name: string): Operation {
    const operation = this.operations.get(name);
    if (operation) return operation;
    const names = this.all().map((each) => each.name);
    const near = nearest(name, names);
    throw new NotFound(`There is no operation ${name.slice(0, 60)}.`, {
      code: 'operation_not_found',
      field: 'operation',
      got: name.slice(0, 60),
      allowed: names,
      ...(near && { fix: `Did you mean ${near.join(' or ')}?` }),
    });
  }
}
