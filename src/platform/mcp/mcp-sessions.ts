import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';
import type { McpServer, ServerContext } from '@modelcontextprotocol/server';
import type { McpTransport, McpTransportContext } from '@rekog/mcp-nest';
import type { Response } from 'express';
import { LRUCache } from 'lru-cache';
import { Config } from '../config';
import { Unavailable } from '../errors';
import type { SignedRequest } from './call';
import { eraOf } from './plain-answers';

const SESSION_ID = 'mcp-session-id';
/** One caller may have this part of all sessions; a further one ends their own oldest. */
const SHARE_OF_ONE = 4;

interface Session {
  readonly login: string;
  readonly transport: NodeStreamableHTTPServerTransport;
  readonly server: McpServer;
}

/**
 * Sessions of the 2025 revisions, where a server can ask its client back. Not the library's: that one keeps them for good, shows
 * them to everybody who knows an id, and lets two requests of one session swap their callers.
 */
@Injectable()
export class McpSessions implements McpTransport {
  readonly kind = 'streamable-http';
  private readonly sessions?: LRUCache<string, Session>;
  private context?: McpTransportContext;

  constructor(@Inject(Config) { values }: Config) {
    if (values.mcpSessions === 0) return;
    this.sessions = new LRUCache({
      max: values.mcpSessions,
      ttl: values.mcpSessionIdle,
      ttlAutopurge: true,
      updateAgeOnGet: true,
      dispose: ({ server }) => void server.close(),
    });
  }

  start(context: McpTransportContext): void {
    this.context = context;
  }

  close(): void {
    this.sessions?.clear();
  }

  /** Whether a request is for a session, or opens one. Revision 2026-07-28 has none, whatever a header says. */
  isFor(request: SignedRequest): boolean {
    const opens = (request.body as { method?: unknown } | undefined)?.method === 'initialize';
    if (!this.sessions || (!opens && request.headers[SESSION_ID] === undefined)) return false;
    return request.method !== 'POST' || eraOf(request) === 'legacy';
  }

  /** @throws Unavailable where everybody together has too many. */
  async serve(request: SignedRequest, response: Response): Promise<void> {
    const id = request.headers[SESSION_ID];
    const session = id === undefined ? await this.open(request) : this.find(String(id), request);
    if (!session) {
      notFound(request, response);
      return;
    }
    // The SDK hands this on to the handlers of this very request.
    Object.assign(request, { auth: { token: '', clientId: session.login, scopes: [], extra: { request } } });
    await session.transport.handleRequest(request, response, request.body);
  }

  /** Somebody else's session is none. */
  private find(id: string, request: SignedRequest): Session | undefined {
    const login = this.sessions?.peek(id)?.login;
    return login !== undefined && login === request.user?.login ? this.sessions?.get(id) : undefined;
  }

  private async open(request: SignedRequest): Promise<Session | undefined> {
    const { context, sessions } = this;
    const login = request.user?.login;
    if (!context || !sessions || login === undefined) return undefined;
    makeRoom(sessions, login);
    const server = context.createServer();
    const transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, session),
      onsessionclosed: (id) => void sessions.delete(id),
    });
    const session = { login, transport, server };
    await server.connect(transport);
    context.bindRequestHandlers(server, { transport: this.kind, stateless: false, era: 'legacy' }, request);
    return session;
  }
}

/** The HTTP request behind a call in a session. */
export function sessionRequest(context: ServerContext): SignedRequest | undefined {
  return context.http?.authInfo?.extra?.request as SignedRequest | undefined;
}

function makeRoom(sessions: LRUCache<string, Session>, login: string): void {
  const own = [...sessions.rkeys()].filter((id) => sessions.peek(id)?.login === login);
  const [oldest] = own;
  const share = Math.max(1, Math.floor(sessions.max / SHARE_OF_ONE));
  if (oldest !== undefined && own.length >= share) sessions.delete(oldest);
  if (sessions.size < sessions.max) return;
  throw new Unavailable('No further MCP session can be opened now.', {
    code: 'sessions_full',
    fix: 'Try again later. Clients of revision 2026-07-28 need no session.',
    retryAfterSeconds: 60,
  });
}

function notFound({ body }: SignedRequest, response: Response): void {
  const id = (body as { id?: unknown } | undefined)?.id ?? null;
  const error = { code: -32001, message: 'Session not found' };
  response.status(404).json({ jsonrpc: '2.0', id, error });
}
