import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  HttpStatus,
  Inject,
  Injectable,
} from '@nestjs/common';
import type { McpContext } from '@rekog/mcp-nest';
import type { Response } from 'express';
import { of, type Observable, throwError } from 'rxjs';
import { challengeFor } from '../auth/challenge';
import { Config } from '../config';
import { type ErrorBody, httpStatusOf, InvalidInput, MctlError, NotFound, toErrorBody } from '../errors';
import { log } from '../logging';
import type { SignedRequest } from '../mcp/call';
import { errorsAnswered } from '../metrics/instruments';
import { isProtocolError, refusal, toolError } from '../mcp/tool-error';
import { methodsAt } from './methods';
import { requestIdOf, viaOf } from './via';

/** Of JSON-RPC. */
const PARSE_ERROR = -32700;

/** Translates errors for both doors; unknown ones are logged once, with the correlation id that the caller sees. */
@Catch()
@Injectable()
export class ErrorFilter implements ExceptionFilter {
  constructor(@Inject(Config) private readonly config: Config) {}

  catch(thrown: unknown, host: ArgumentsHost): Observable<unknown> | undefined {
    if (host.getType() === 'http') {
      const http = host.switchToHttp();
      this.answerHttp(thrown, http.getRequest<SignedRequest>(), http.getResponse<Response>());
      return;
    }
    if (isProtocolError(thrown)) return throwError(() => thrown);
    const call = host.switchToRpc().getContext<McpContext>();
    const request = call.getRawRequest<SignedRequest>();
    const body = bodyOf(thrown, request ? requestIdOf(request) : 'unknown');
    errorsAnswered.inc({ door: 'mcp', code: body.code });
    const { method, params } = call.mcpRequest as { method: string; params?: { uri?: string } };
    if (method === 'tools/call') return of(toolError(body));
    return throwError(() => refusal(thrown, body, method === 'resources/read' ? params?.uri : undefined));
  }

  private answerHttp(thrown: unknown, request: SignedRequest, response: Response): undefined {
    const error = known(thrown, request);
    const body = bodyOf(error, requestIdOf(request));
    errorsAnswered.inc({ door: viaOf(request).door, code: body.code });
    if (response.headersSent) return void response.end();
    if (error instanceof MethodNotAllowed) {
      response.setHeader('Allow', error.allowed.join(', '));
      if (request.method === 'OPTIONS') return void response.status(HttpStatus.NO_CONTENT).end();
    }
    const challenge = challengeFor(error, request, this.config);
    if (challenge !== undefined) response.setHeader('WWW-Authenticate', challenge);
    if (body.retry_after_s !== undefined) response.setHeader('Retry-After', String(body.retry_after_s));
    const status = httpStatusOf(error);
    response.status(status);
    if (isMessageToMcp(request) && status === 400) response.json(rpcError(error, body, request));
    else response.type('application/problem+json').send(JSON.stringify(problem(body, status)));
    return undefined;
  }
}

/** The path is there, for other methods. */
class MethodNotAllowed extends InvalidInput {
  constructor(
    got: string,
    readonly allowed: readonly string[],
  ) {
    super('This path takes no such method.', { code: 'method_not_allowed', got: got.slice(0, 20), allowed });
  }
}

/** What the caller sees of an error; one that is not ours is logged here, once. */
export function bodyOf(error: unknown, correlationId: string): ErrorBody {
  if (!(error instanceof MctlError)) log.error({ err: error, request: correlationId }, 'an unexpected error');
  return toErrorBody(error, correlationId);
}

/** RFC 9457 members beside our own; `type` stays about:blank, the code says more. */
function problem(body: ErrorBody, status: number): object {
  return { title: body.code.replaceAll('_', ' '), status, detail: body.message, ...body };
}

function isMessageToMcp(request: SignedRequest): boolean {
  return request.method === 'POST' && viaOf(request).door === 'mcp';
}

/** A message that got no further than its address or its JSON: clients know an answer by its id, and an error of the protocol by its form. */
function rpcError(error: unknown, body: ErrorBody, { body: message }: SignedRequest): object {
  const id = (message as { id?: unknown } | undefined)?.id ?? null;
  const { code, message: words } = refusal(error, body);
  // Nothing was read: what came is no JSON, or none that MCTL reads.
  const isUnread = message === undefined;
  return { jsonrpc: '2.0', id, error: { code: isUnread ? PARSE_ERROR : code, message: words, data: body } };
}

/** What Nest and Express throw themselves: unknown routes, bodies that are too large or no JSON. */
function known(thrown: unknown, request: SignedRequest): unknown {
  if (thrown instanceof HttpException && thrown.cause instanceof MctlError) return thrown.cause;
  const status = thrown instanceof HttpException ? thrown.getStatus() : statusOf(thrown);
  if (status === 404) return noRoute(request);
  if (thrown instanceof HttpException && thrown.message.startsWith('Failed to decode param')) {
    return new InvalidInput('The path is not well-formed.', { expected: 'percent-encoded UTF-8' });
  }
  if (status === 413) return new InvalidInput('The body is too large.', { code: 'too_large' });
  if (status === 400 || status === 415) {
    return new InvalidInput('The body is not the JSON it should be.', { expected: 'a JSON object in UTF-8' });
  }
  return thrown;
}

function noRoute(request: SignedRequest): MctlError {
  const allowed = methodsAt(request);
  if (allowed.length > 0) return new MethodNotAllowed(request.method, allowed);
  return new NotFound('There is no such route.', {
    code: 'route_not_found',
    fix: 'The routes are described at /docs.',
  });
}

function statusOf(thrown: unknown): number | undefined {
  return thrown instanceof Error && 'status' in thrown && typeof thrown.status === 'number' && 'type' in thrown
    ? thrown.status
    : undefined;
}
