import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { requestOf } from '../mcp/call';
import type { Operation } from '../operations/operation';
import { OperationRegistry } from '../operations/registry';
import { ACCESS_RULE, type AccessRule, type Allow } from './access-rule';
import { isWebhook, type WebhookRule } from './webhook-rule';

/** Finds the rule of the route or tool that is being called. */
@Injectable()
export class AccessRules {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(OperationRegistry) private readonly operations: OperationRegistry,
  ) {}

  /**
   * Undefined where nothing is declared, and for a webhook, which has no caller to ask about.
   * @throws NotFound for an operation in the path that does not exist.
   */
  of(context: ExecutionContext): AccessRule | 'signed-in' | undefined {
    const declared = this.declared(context);
    if (declared === 'operation-in-path') {
      return ruleOf(this.operations.get(String(requestOf(context).params.operation)));
    }
    return isWebhook(declared) ? undefined : declared;
  }

  /** The rule of a route that proves a secret instead of a person. */
  webhookOf(context: ExecutionContext): WebhookRule | undefined {
    const declared = this.declared(context);
    return isWebhook(declared) ? declared : undefined;
  }

  private declared(context: ExecutionContext): Parameters<typeof Allow>[0] | undefined {
    return this.reflector.getAllAndOverride<Parameters<typeof Allow>[0] | undefined>(ACCESS_RULE, [
      context.getHandler(),
      context.getClass(),
    ]);
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
