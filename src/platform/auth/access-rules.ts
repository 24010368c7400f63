import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { requestOf, type SignedRequest } from '../mcp/call';
import { boundsOf, isWithin, mustBeWithin } from '../mcp/bounds';
import { PromptCatalog } from '../mcp/prompts/prompt-catalog';
import { ResourceCatalog } from '../mcp/resources/resource-catalog';
import { ToolCatalog } from '../mcp/tool-catalog';
import { TOOLSET } from '../mcp/toolset.decorator';
import type { ToolGroup } from '../mcp/toolsets';
import type { Operation } from '../operations/operation';
import { OperationRegistry } from '../operations/registry';
import { ACCESS_RULE, type AccessRule, type Allow } from './access-rule';

/** A JSON-RPC message, as far as it is looked at here, and nothing in it known to be what it should be. */
type Message = Partial<Record<'method' | 'params', unknown>>;
type Params = Partial<Record<'name' | 'uri' | 'arguments', unknown>>;

/** A tool, prompt or resource as a message asks for it. */
interface Called {
  readonly rule: AccessRule;
  readonly input: unknown;
  /** Whether settings and connection leave this tool in; prompts and resources say so themselves. */
  readonly isWithin: boolean;
}

/** Finds the rule of the route or tool that is being called. */
@Injectable()
export class AccessRules {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(OperationRegistry) private readonly operations: OperationRegistry,
    @Inject(ToolCatalog) private readonly tools: ToolCatalog,
    @Inject(PromptCatalog) private readonly prompts: PromptCatalog,
    @Inject(ResourceCatalog) private readonly resources: ResourceCatalog,
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

  /**
   * @throws NotAllowed for what the settings or the connection leave out of the tools.
   * @throws InvalidInput for bounds that cannot be read.
   */
  mustBeWithin(context: ExecutionContext, rule: AccessRule | 'signed-in'): void {
    const bounds = this.tools.within(boundsOf(requestOf(context)));
    if (rule !== 'signed-in') mustBeWithin(bounds, this.groupOf(context), rule);
  }

  private groupOf(context: ExecutionContext): ToolGroup | undefined {
    const { operation } = context.getType() === 'http' ? requestOf(context).params : {};
    const declared = this.reflector.get<unknown>(ACCESS_RULE, context.getHandler());
    if (declared === 'operation-in-path') return this.tools.groupOf(this.operations.get(String(operation)).tool);
    return this.reflector.get<ToolGroup | undefined>(TOOLSET, context.getHandler());
  }

  /** The rule of the tool, prompt or resource that an MCP message asks for; undefined for other messages and what there is not. */
  ofCall(request: SignedRequest): Called | undefined {
    const { method, params } = objectOr<Message>(request.body);
    const { name, uri, arguments: input } = objectOr<Params>(params);
    const rule = this.ruleOfCall(method, textOr(name), textOr(uri));
    if (!rule) return undefined;
    const isWithin = method !== 'tools/call' || this.isToolWithin(request, textOr(name), rule);
    return { rule, input, isWithin };
  }

  private ruleOfCall(method: unknown, name: string, uri: string): AccessRule | undefined {
    if (method === 'tools/call') return this.tools.accessOf(name);
    if (method === 'prompts/get') return this.prompts.accessOf(name);
    return method === 'resources/read' ? this.resources.accessOf(uri) : undefined;
  }

  private isToolWithin(request: SignedRequest, tool: string, rule: AccessRule): boolean {
    return isWithin(this.tools.within(boundsOf(request)), this.tools.groupOf(tool), rule.kind);
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

function objectOr<T extends object>(value: unknown): Partial<T> {
  return typeof value === 'object' && value !== null ? value : {};
}

function textOr(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
