import { Injectable } from '@nestjs/common';
import { NotFound } from '../errors';
import { nearest } from '../text/nearest';
import type { Operation } from './operation';

/** All operations there are. Each feature's module puts its own in when it is built. */
@Injectable()
export class OperationRegistry {
  private readonly operations = new Map<string, Operation>();

  register(...operations: readonly Operation[]): void {
    for (const operation of operations) {
      if (this.operations.has(operation.name)) throw new Error(`Two operations are called ${operation.name}.`);
      this.operations.set(operation.name, operation);
    }
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
