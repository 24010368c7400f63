import { Inject, Injectable } from '@nestjs/common';
import type { MessageHandler } from '@nestjs/microservices';
import type { Tool } from '@modelcontextprotocol/server';
import { McpStrategy, StreamableHttpTransport } from '@rekog/mcp-nest';
import type { Actor } from '../auth/actor';
import { RateLimits } from '../auth/rate-limits';
import { bodyOf } from '../http/error.filter';
import { packageVersion } from '../package-root';
import { boundsOf } from './bounds';
import type { SignedRequest } from './call';
import { INSTRUCTIONS } from './instructions';
import { ProtocolParts } from './protocol-parts';
import { RequestHandlers } from './request-handlers';
import { protocolError } from './tool-error';
import { ToolCatalog } from './tool-catalog';
import { TOOL_DECLARATION, type ToolDeclaration } from './tool.decorators';
import { TOOLSET } from './toolset.decorator';
import type { ToolGroup } from './toolsets';

type BoundHandler = MessageHandler & { extras?: { mcpMethodRef?: object } };

/**
 * The MCP server of the library, with what it has no switch for: a list of tools that is built once, ordered, titled and shown
 * per caller.
 */
@Injectable()
export class MctlStrategy extends McpStrategy {
  constructor(
    @Inject(StreamableHttpTransport) transport: StreamableHttpTransport,
    @Inject(ToolCatalog) private readonly catalog: ToolCatalog,
    @Inject(RateLimits) private readonly limits: RateLimits,
    @Inject(ProtocolParts) private readonly parts: ProtocolParts,
  ) {
    super({
      name: 'mctl',
      title: 'MCTL',
      version: packageVersion,
      description: 'Control plane of an internal developer platform',
      instructions: INSTRUCTIONS,
      // Without sessions there is no way to announce anything; what is declared must be kept.
      capabilities: { tools: {}, logging: undefined },
      transports: [transport],
      logging: { level: ['error', 'warn'] },
    });
  }

  override async listen(callback: (error?: unknown, ...args: unknown[]) => void): Promise<void> {
    this.catalog.fill([...this.messageHandlers.values()].flatMap(declarationOf));
    this.options.capabilities = this.parts.capabilities(this.options.capabilities ?? {});
    await super.listen(callback);
  }

  override bindRequestHandlers(...[server, session, rawRequest]: Parameters<McpStrategy['bindRequestHandlers']>): void {
    const request = rawRequest as SignedRequest | undefined;
    const handlers = new RequestHandlers(server, session.era, request);
    handlers.collect(() => super.bindRequestHandlers(server, session, rawRequest));
    const { actor } = handlers;
    handlers.handle('tools/list', async () => ({ tools: actor && request ? await this.listFor(actor, request) : [] }));
    for (const part of this.parts.all) part.bind(handlers);
    handlers.install();
  }

  /** No guard sees a list, so it counts here, and its errors are translated here: the SDK would show their own text. */
  private async listFor(actor: Actor, request: SignedRequest): Promise<Tool[]> {
    try {
      await this.limits.count(actor, 'read');
      return await this.catalog.visibleTo(actor, boundsOf(request));
    } catch (error) {
      throw protocolError(bodyOf(error, actor.via.requestId));
    }
  }
}

function declarationOf(handler: BoundHandler): Parameters<ToolCatalog['fill']>[0] {
  const method = handler.extras?.mcpMethodRef;
  const declaration = method && (Reflect.getMetadata(TOOL_DECLARATION, method) as ToolDeclaration | undefined);
  const group = method && (Reflect.getMetadata(TOOLSET, method) as ToolGroup | undefined);
  return declaration ? [{ declaration, group }] : [];
}
