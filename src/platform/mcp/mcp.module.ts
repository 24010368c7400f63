import { Module } from '@nestjs/common';
import { MCP_HTTP_HANDLER, StreamableHttpTransport } from '@rekog/mcp-nest';
import { MctlStrategy } from './mctl.strategy';
import { McpSessions } from './mcp-sessions';
import { McpEndpointController } from './mcp.controller';
import { ProtocolParts } from './protocol-parts';
import { ToolCatalog } from './tool-catalog';

@Module({
  controllers: [McpEndpointController],
  providers: [
    // Streams: progress reaches clients of every era on the request that asked for it.
    { provide: StreamableHttpTransport, useFactory: () => new StreamableHttpTransport({ enableJsonResponse: false }) },
    {
      provide: MCP_HTTP_HANDLER,
      inject: [StreamableHttpTransport],
      useFactory: (transport: StreamableHttpTransport) => transport.httpHandlers,
    },
    McpSessions,
    ProtocolParts,
    ToolCatalog,
    MctlStrategy,
  ],
  exports: [MctlStrategy, ProtocolParts, ToolCatalog],
})
export class McpModule {}
