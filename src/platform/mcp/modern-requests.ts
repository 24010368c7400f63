import { Injectable } from '@nestjs/common';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, type McpHttpHandler } from '@modelcontextprotocol/server';
import type { McpTransport, McpTransportContext } from '@rekog/mcp-nest';
import type { Response } from 'express';
import type { SignedRequest } from './call';

/**
 * Requests of revision 2026-07-28, by the SDK's own handler. The MCP library around it finds the HTTP request of a call through an
 * `AsyncLocalStorage`; the first use of one makes every promise of the process dearer on Node 20, and here nothing else uses any.
 */
@Injectable()
export class ModernRequests implements McpTransport {
  readonly kind = 'streamable-http';
  private handler?: McpHttpHandler;
  private context?: McpTransportContext;
  private readonly behind = new WeakMap<globalThis.Request, SignedRequest>();

  start(context: McpTransportContext): void {
    this.context = context;
    this.handler = createMcpHandler(
      ({ requestInfo }) =>
        context.createBoundServer(
          { transport: this.kind, stateless: true, era: 'modern' },
          requestInfo && this.behind.get(requestInfo),
        ),
      { legacy: 'reject', onerror: (error) => context.logger.warn(`MCP request refused: ${error.message}`) },
    );
  }

  async close(): Promise<void> {
    await this.handler?.close();
    this.handler = undefined;
  }

  async serve(request: SignedRequest, response: Response): Promise<void> {
    const { handler } = this;
    if (!handler) return;
    const fetch: McpHttpHandler['fetch'] = (web, options) => {
      this.behind.set(web, request);
      return handler.fetch(web, options);
    };
    const onerror = (error: Error): void => this.context?.logger.error('MCP node adapter error', error);
    await toNodeHandler({ fetch }, { onerror })(request, response, request.body);
  }
}
