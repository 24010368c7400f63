import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { McpContext } from '@rekog/mcp-nest';
import type { Request } from 'express';
import type { Actor } from '../auth/actor';
import { Unauthenticated } from '../errors';
import { clientName } from '../http/via';
import type { ProgressListener } from '../operations/operations';
import { boundsOf } from './bounds';

export type SignedRequest = Request & { user?: Actor; requestId?: string };

function mcpContextOf(context: ExecutionContext): McpContext {
  return context.switchToRpc().getContext<McpContext>();
}

/** The HTTP request below a call, whichever door it came through. */
export function requestOf(context: ExecutionContext): SignedRequest {
  if (context.getType() === 'http') return context.switchToHttp().getRequest<SignedRequest>();
  return mcpContextOf(context).getRawRequest<SignedRequest>() as SignedRequest;
}

/** @throws Unauthenticated where nobody is signed in: then a guard is missing, and nothing may go on. */
export function actorOf(context: ExecutionContext): Actor {
  const actor = requestOf(context).user;
  if (!actor) throw new Unauthenticated('A token is needed.');
  if (context.getType() === 'http') return actor;
  // Since 2026 every request names its client; the SDK takes that out of `_meta` before a handler sees it.
  const envelope = mcpContextOf(context).getArgs()[4]?.mcpReq.envelope as Record<string, unknown> | undefined;
  const info = envelope?.['io.modelcontextprotocol/clientInfo'] as { name?: unknown } | undefined;
  return { ...actor, via: { ...actor.via, client: clientName(info?.name) ?? actor.via.client } };
}

/** What the caller sent, not checked yet: tool arguments, or path, query and body of a route taken together. */
export function rawInputOf(context: ExecutionContext): unknown {
  if (context.getType() !== 'http') return mcpInputOf(context);
  const request = requestOf(context);
  const body: unknown = request.body;
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  // Names in the path win: they are what the guard has checked.
  return isObject || body === undefined ? { ...request.query, ...(body as object), ...request.params } : body;
}

/** A resource is named by its URI, whose variables are the arguments; the library hands on both. */
function mcpInputOf(context: ExecutionContext): unknown {
  const data: unknown = context.switchToRpc().getData();
  if (mcpContextOf(context).mcpRequest.method !== 'resources/read') return data;
  const { uri: _uri, ...variables } = data as Record<string, unknown>;
  return variables;
}

/** The caller, first parameter of every door's method. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext) => actorOf(context));

/** The arguments, as an instance of the parameter's DTO class (checked by the input pipe). */
export const Input = createParamDecorator((_: unknown, context: ExecutionContext) => rawInputOf(context));

/** What the connection of the call asks to be narrowed to. */
export const Bound = createParamDecorator((_: unknown, context: ExecutionContext) => boundsOf(requestOf(context)));

/** Sends progress notifications on this very request; silent where the client asked for none. */
export const Progress = createParamDecorator((_: unknown, context: ExecutionContext): ProgressListener => {
  const progressToken =
    context.getType() === 'http' ? undefined : (metaOf(context)?.progressToken as string | number | undefined);
  const sdk = progressToken === undefined ? undefined : mcpContextOf(context).getArgs()[4];
  let last = -1;
  const tell = async (done: number, total: number, message: string): Promise<void> => {
    // The protocol wants every value to be greater than the one before.
    if (!sdk || progressToken === undefined || done <= last) return;
    last = done;
    await sdk.mcpReq.notify({
      method: 'notifications/progress',
      params: { progressToken, progress: done, total, message },
    });
  };
  return Object.assign(tell, { gone: hangUpOf(requestOf(context)) });
});

/** Aborts when the response is closed before its end, whichever door and revision the request came through. */
function hangUpOf({ res }: SignedRequest): AbortSignal {
  const gone = new AbortController();
  if (res?.closed) gone.abort();
  res?.once('close', () => gone.abort());
  return gone.signal;
}

function metaOf(context: ExecutionContext): Record<string, unknown> | undefined {
  const { params } = mcpContextOf(context).mcpRequest as { params?: { _meta?: Record<string, unknown> } };
  return params?._meta;
}
