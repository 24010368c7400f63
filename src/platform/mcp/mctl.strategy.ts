import { Inject, Injectable } from '@nestjs/common';
import type { MessageHandler } from '@nestjs/microservices';
import type { McpServer, ServerCapabilities, Tool } from '@modelcontextprotocol/server';
import { type McpServerOptions, type McpSessionSeed, McpStrategy, StreamableHttpTransport } from '@rekog/mcp-nest';
import type { Actor } from '../auth/actor';
import { RateLimits } from '../auth/rate-limits';
import { packageVersion } from '../package-root';
import { boundsOf } from './bounds';
import type { SignedRequest } from './call';
import { Confirmations, PageQuestions } from './elicitation';
import { INSTRUCTIONS } from './instructions';
import { McpSessions, sessionRequest } from './mcp-sessions';
import { ModernRequests } from './modern-requests';
import { PlainAnswers } from './plain-answers';
import { ProtocolParts } from './protocol-parts';
import { RequestHandlers } from './request-handlers';
import { ToolCatalog } from './tool-catalog';
import { TOOL_DECLARATION, type ToolDeclaration } from './tool.decorators';
import { TOOLSET } from './toolset.decorator';
import type { ToolGroup } from './toolsets';

/**
 * How long clients may keep an answer, in milliseconds. Lists depend on the roles of their caller: nobody else may see them, and a
 * role that is lost shows after a minute, like a token that is revoked.
 */
const CACHE_HINTS: McpServerOptions['cacheHints'] = {
  'server/discover': { ttlMs: 300_000, cacheScope: 'public' },
  'tools/list': { ttlMs: 60_000, cacheScope: 'private' },
  'prompts/list': { ttlMs: 60_000, cacheScope: 'private' },
  'resources/list': { ttlMs: 60_000, cacheScope: 'private' },
  'resources/templates/list': { ttlMs: 60_000, cacheScope: 'private' },
  // As things stand now.
  'resources/read': { ttlMs: 0, cacheScope: 'private' },
};

type BoundHandler = MessageHandler & { extras?: { mcpMethodRef?: object } };

/**
 * The MCP server of the library, with what it has no switch for: a list of tools that is built once, ordered, titled and shown
 * per caller.
 */
@Injectable()
export class MctlStrategy extends McpStrategy {
  private legacyCapabilities: ServerCapabilities = {};

  constructor(
    @Inject(StreamableHttpTransport) transport: StreamableHttpTransport,
    @Inject(ToolCatalog) private readonly catalog: ToolCatalog,
    @Inject(RateLimits) private readonly limits: RateLimits,
    @Inject(ProtocolParts) private readonly parts: ProtocolParts,
    @Inject(Confirmations) private readonly confirmations: Confirmations,
    @Inject(PageQuestions) private readonly pages: PageQuestions,
    @Inject(McpSessions) sessions: McpSessions,
    @Inject(PlainAnswers) plain: PlainAnswers,
    @Inject(ModernRequests) modern: ModernRequests,
  ) {
    super({
      name: 'mctl',
      title: 'MCTL',
      version: packageVersion,
      description: 'Control plane of an internal developer platform',
      instructions: INSTRUCTIONS,
      // Without sessions there is no way to announce anything; what is declared must be kept. Left out, the SDK would declare true.
      capabilities: { tools: { listChanged: false }, logging: undefined },
      cacheHints: CACHE_HINTS,
      transports: [modern, plain, transport, sessions],
      logging: { level: ['error', 'warn'] },
    });
  }

  override async listen(callback: (error?: unknown, ...args: unknown[]) => void): Promise<void> {
    this.catalog.fill([...this.messageHandlers.values()].flatMap(declarationOf));
    const methods = [...this.messageHandlers.values()].flatMap(
      ({ extras }: BoundHandler) => extras?.mcpMethodRef ?? [],
    );
    for (const part of this.parts.all) part.start?.(methods);
    const own = this.options.capabilities ?? {};
    this.legacyCapabilities = this.parts.capabilities(own, 'legacy');
    this.options.capabilities = this.parts.capabilities(own, 'modern');
    await super.listen(callback);
  }

  /** A session outlives its requests: who asks, and with which token, is asked anew at each of them. */
  override bindRequestHandlers(...[server, seed, rawRequest]: Parameters<McpStrategy['bindRequestHandlers']>): void {
    // The library makes every server with one set of capabilities, and an old client is told of them by `initialize` only.
    if (seed.era === 'legacy') server.server.getCapabilities = () => this.legacyCapabilities;
    const handlers = this.handlersFor(server, seed, rawRequest as SignedRequest | undefined);
    if (seed.stateless) return handlers.install();
    handlers.install((method) => (request, context) => {
      const current = this.handlersFor(server, seed, sessionRequest(context));
      return current.of(method)(request, context);
    });
  }

  private handlersFor(server: McpServer, seed: McpSessionSeed, request: SignedRequest | undefined): RequestHandlers {
    const handlers = new RequestHandlers(server, seed.era, request);
    handlers.collect(() => super.bindRequestHandlers(server, seed, request));
    handlers.handle('tools/list', async () => ({
      tools: request?.user ? await this.listFor(request.user, request) : [],
    }));
    // Inside of all others: it asks about an answer, which a task would keep back until its end.
    this.pages.bind(handlers);
    for (const part of this.parts.all) part.bind(handlers);
    // Around all of them: a person is asked before anything is begun, e.g. a task.
    this.confirmations.bind(handlers);
    return handlers;
  }

  /** No guard sees a list, so it counts here. */
  private async listFor(actor: Actor, request: SignedRequest): Promise<Tool[]> {
    await this.limits.count(actor, 'read');
    return this.catalog.visibleTo(actor, boundsOf(request));
  }
}

function declarationOf(handler: BoundHandler): Parameters<ToolCatalog['fill']>[0] {
  const method = handler.extras?.mcpMethodRef;
  const declaration = method && (Reflect.getMetadata(TOOL_DECLARATION, method) as ToolDeclaration | undefined);
  const group = method && (Reflect.getMetadata(TOOLSET, method) as ToolGroup | undefined);
  return declaration ? [{ declaration, group }] : [];
}
