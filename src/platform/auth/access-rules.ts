import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { requestOf } from '../mcp/call';
import type { Operation } from '../operations/operation';
import { OperationRegistry } from '../operations/registry';
import { ACCESS_RULE, type AccessRule, type Allow } from './access-rule';

/** Finds the rule of the route or tool that is being called. */
@Injectable()
export class AccessRules {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(OperationRegistry) private readonly operations: OperationRegistry,
  ) {}

  /**
   * Undefined where nothing is declared.
   * @throws NotFound for an operation in the path that does not exist.
   */
  of(context: ExecutionContext): AccessRule | 'signed-in' | undefined {
    const declared = this.reflector.getAllAndOverride<Parameters<typeof Allow>[0] | undefined>(ACCESS_RULE, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (declared === 'operation-in-path') {
      return ruleOf(this.operations.get(String(requestOf(context).params.operation)));
    }
    return declared;
  }
}

/** The rule that an operation's declaration amounts to. */
export function ruleOf({
  name,
  role,
  kind,
  byResource,
}: Pick<Operation, 'name' | 'role' | 'kind' | 'byResource'>): AccessRule {
  const team = byResource ? 'resource' : role === 'any' || role === 'admin' ? 'none' : 'argument';
  return { name, role, kind, team };
}
