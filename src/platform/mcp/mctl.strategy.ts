import { Inject, Injectable } from '@nestjs/common';
import type { MessageHandler } from '@nestjs/microservices';
import type { McpServer } from '@modelcontextprotocol/server';
import { McpStrategy, StreamableHttpTransport } from '@rekog/mcp-nest';
import type { Actor } from '../auth/actor';
import { packageVersion } from '../package-root';
import { INSTRUCTIONS } from './instructions';
import { ToolCatalog } from './tool-catalog';
import { TOOL_DECLARATION, type ToolDeclaration } from './tool.decorators';

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
  ) {
    super({
      name: 'mctl',
      title: 'MCTL',
      version: packageVersion,
      description: 'Control plane of an internal developer platform',
      instructions: INSTRUCTIONS,
      capabilities: { tools: {} },
      transports: [transport],
      logging: { level: ['error', 'warn'] },
    });
  }

  override async listen(callback: (error?: unknown, ...args: unknown[]) => void): Promise<void> {
    this.catalog.fill([...this.messageHandlers.values()].flatMap(declarationOf));
    await super.listen(callback);
  }

  override bindRequestHandlers(...[server, session, rawRequest]: Parameters<McpStrategy['bindRequestHandlers']>): void {
    super.bindRequestHandlers(server, session, rawRequest);
    this.bindList(server, (rawRequest as { user?: Actor } | undefined)?.user);
  }

  private bindList(server: McpServer, actor: Actor | undefined): void {
    server.server.setRequestHandler('tools/list', async () => ({
      tools: actor ? await this.catalog.visibleTo(actor) : [],
    }));
  }
}

function declarationOf(handler: BoundHandler): ToolDeclaration[] {
  const method = handler.extras?.mcpMethodRef;
  const declaration = method && (Reflect.getMetadata(TOOL_DECLARATION, method) as ToolDeclaration | undefined);
  return declaration ? [declaration] : [];
}
