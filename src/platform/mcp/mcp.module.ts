import { Inject, Module } from '@nestjs/common';
import { MCP_HTTP_HANDLER, StreamableHttpTransport, type StreamableHttpTransportOptions } from '@rekog/mcp-nest';
import { Confirmations, PageQuestions, PageStates } from './elicitation';
import { MctlStrategy } from './mctl.strategy';
import { McpSessions } from './mcp-sessions';
import { McpEndpointController } from './mcp.controller';
import { Completions } from './completions/completions';
import { ModernRequests } from './modern-requests';
import { PlainAnswers } from './plain-answers';
import { PromptCatalog } from './prompts/prompt-catalog';
import { ResourceCatalog } from './resources/resource-catalog';
import { Unguarded } from './unguarded';
import { ProtocolParts } from './protocol-parts';
import { TasksPart } from './tasks';
import { ToolCatalog } from './tool-catalog';

/** Streams: progress reaches clients on the request that asked for it. */
const LEGACY: StreamableHttpTransportOptions = { enableJsonResponse: false, protocol: 'legacy-only' };

@Module({
  controllers: [McpEndpointController],
  providers: [
    { provide: StreamableHttpTransport, useFactory: () => new StreamableHttpTransport(LEGACY) },
    {
      provide: MCP_HTTP_HANDLER,
      inject: [StreamableHttpTransport],
      useFactory: (transport: StreamableHttpTransport) => transport.httpHandlers,
    },
    Completions,
    PromptCatalog,
    Confirmations,
    McpSessions,
    ModernRequests,
    PageQuestions,
    PageStates,
    PlainAnswers,
    ProtocolParts,
    ResourceCatalog,
    TasksPart,
    ToolCatalog,
    Unguarded,
    MctlStrategy,
  ],
  exports: [Completions, PromptCatalog, ResourceCatalog, MctlStrategy, ProtocolParts, TasksPart, ToolCatalog],
})
export class McpModule {
  /** Tasks first: what asks a person stands around them, and a task begins only after their answer. */
  constructor(
    @Inject(ProtocolParts) parts: ProtocolParts,
    @Inject(TasksPart) tasks: TasksPart,
    @Inject(PromptCatalog) prompts: PromptCatalog,
    @Inject(ResourceCatalog) resources: ResourceCatalog,
    @Inject(Completions) completions: Completions,
  ) {
    parts.add(tasks, prompts, resources, completions);
  }
}
