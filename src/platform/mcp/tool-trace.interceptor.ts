import { type CallHandler, type ExecutionContext, Inject, Injectable, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { isTracing, presentTrace, type Traceparent, traced } from '../tracing';
import { requestOf, type SignedRequest } from './call';
import { TOOL_DECLARATION, type ToolDeclaration } from './tool.decorators';

/**
 * A tool call as a span, as the semantic conventions for MCP have it
 * (https://opentelemetry.io/docs/specs/semconv/gen-ai/mcp/): below the caller's own one where `_meta` names it, with a link to the HTTP
 * request then, else below the request.
 */
@Injectable()
export class ToolTraceInterceptor implements NestInterceptor {
  constructor(@Inject(Reflector) private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const tool = this.reflector.get<ToolDeclaration | undefined>(TOOL_DECLARATION, context.getHandler());
    if (!isTracing() || context.getType() !== 'rpc' || !tool) return next.handle();
    const caller = callersTrace(requestOf(context));
    const facts = {
      name: `tools/call ${tool.name}`,
      kind: 'server',
      attributes: { 'mcp.method.name': 'tools/call', 'gen_ai.tool.name': tool.name, 'mctl.tool': tool.name },
      ...(caller !== undefined && { parent: caller, links: [presentTrace()] }),
    } as const;
    return from(traced(facts, () => lastValueFrom(next.handle())));
  }
}

/** A bare key of `_meta` that the protocol has for this (2026-07-28). */
function callersTrace({ body }: SignedRequest): Traceparent | undefined {
  const { params } = (body ?? {}) as { params?: { _meta?: Record<string, unknown> } };
  const { traceparent } = params?._meta ?? {};
  return typeof traceparent === 'string' ? traceparent : undefined;
}
