import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { z } from 'zod';
import { requestOf } from '../mcp/call';
import { ToolCatalog } from '../mcp/tool-catalog';
import type { Operation } from '../operations/operation';
import { OperationRegistry } from '../operations/registry';
import { ACCESS_RULE, type AccessRule, type Allow } from './access-rule';

/** The JSON-RPC message of a tool call, as far as it is looked at here. */
const toolCall = z.object({
  method: z.literal('tools/call'),
  params: z.object({ name: z.string(), arguments: z.unknown() }),
});

/** Finds the rule of the route or tool that is being called. */
@Injectable()
export class AccessRules {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(OperationRegistry) private readonly operations: OperationRegistry,
    @Inject(ToolCatalog) private readonly tools: ToolCatalog,
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

  /** The rule of the tool that an MCP message calls; undefined for other messages and unknown tools. */
  ofToolCall(message: unknown): { readonly rule: AccessRule; readonly input: unknown } | undefined {
    const params = toolCall.safeParse(message).data?.params;
    const rule = params && this.tools.accessOf(params.name);
    return rule && { rule, input: params.arguments };
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
