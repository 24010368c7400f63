import { Injectable } from '@nestjs/common';
import {
  classifyInboundRequest,
  isJSONRPCRequest,
  type JSONRPCMessage,
  type MessageExtraInfo,
  type Transport,
} from '@modelcontextprotocol/server';
import type { McpTransport, McpTransportContext } from '@rekog/mcp-nest';
import type { Response } from 'express';
import type { SignedRequest } from './call';
import { LEGACY_REVISIONS } from './legacy-revisions';

const STREAM = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
};

/** What the library takes of a 2025 revision without a word. */
const VERSIONS: readonly unknown[] = [undefined, ...LEGACY_REVISIONS];

/**
 * Requests of the 2025 revisions with nothing wrong about them, whose caller wants to be told of no progress: they are answered with one
 * JSON document, from and to Node's own requests; a stream begins only where something is told before the answer. The library would make a web request of each, and of its answer a stream: that
 * takes as long as all the rest (docs/performance.md). Whatever is out of the ordinary is left to it, with all it has to say.
 */
@Injectable()
export class PlainAnswers implements McpTransport {
  readonly kind = 'streamable-http';
  private context?: McpTransportContext;

  start(context: McpTransportContext): void {
    this.context = context;
  }

  close(): void {
    this.context = undefined;
  }

  /** For a request that is known to be of these revisions. */
  isFor(request: SignedRequest): boolean {
    const { headers } = request;
    const body: unknown = request.body;
    const accepted = headers.accept ?? '';
    return (
      this.context !== undefined &&
      VERSIONS.includes(headers['mcp-protocol-version']) &&
      accepted.includes('application/json') &&
      accepted.includes('text/event-stream') &&
      isJSONRPCRequest(body) &&
      body.method !== 'initialize' &&
      body.params?._meta?.progressToken === undefined
    );
  }

  async serve(request: SignedRequest, response: Response): Promise<void> {
    const { context } = this;
    if (!context) return;
    const server = context.createServer();
    const transport = new OneAnswer(response);
    await server.connect(transport);
    context.bindRequestHandlers(server, { transport: this.kind, stateless: true, era: 'legacy' }, request);
    transport.onmessage?.(request.body as JSONRPCMessage);
  }
}

/** Takes one request in and sends its answer out: as JSON, or as the end of a stream where something was told before it. */
class OneAnswer implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage, extra?: MessageExtraInfo) => void;

  constructor(private readonly response: Response) {}

  start(): Promise<void> {
    return Promise.resolve();
  }

  send(message: JSONRPCMessage): Promise<void> {
    const isAnswer = !('method' in message);
    const text = textOf(message);
    if (isAnswer && !this.response.headersSent) {
      this.response.writeHead(200, { 'Content-Type': 'application/json' }).end(text);
    } else {
      this.tell(`event: message\ndata: ${text}\n\n`);
      if (isAnswer) this.response.end();
    }
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.onclose?.();
    return Promise.resolve();
  }

  private tell(event: string): void {
    if (!this.response.headersSent) this.response.writeHead(200, STREAM);
    this.response.write(event);
  }
}

/** The tool catalog answers with the same arrays again and again (`ToolCatalog.visibleTo`): forty kilobytes, written down once each. */
const written = new WeakMap<object, string>();

function textOf(message: JSONRPCMessage): string {
  const { result, ...envelope } = message as { result?: { tools?: unknown } };
  if (!Array.isArray(result?.tools)) return JSON.stringify(message);
  const { tools, ...others } = result;
  const list = written.get(tools as object) ?? JSON.stringify(tools);
  written.set(tools as object, list);
  const fields = [JSON.stringify(others).slice(1, -1), `"tools":${list}`].filter(Boolean);
  return `${JSON.stringify(envelope).slice(0, -1)},"result":{${fields.join()}}}`;
}

/** The revisions up to 2025-11-25, or those since 2026-07-28. */
export function eraOf({ headers, body }: SignedRequest): 'legacy' | 'modern' {
  const header = (name: string): string | undefined => (typeof headers[name] === 'string' ? headers[name] : undefined);
  const { kind } = classifyInboundRequest({
    httpMethod: 'POST',
    protocolVersionHeader: header('mcp-protocol-version'),
    mcpMethodHeader: header('mcp-method'),
    mcpNameHeader: header('mcp-name'),
    body: body as unknown,
  });
  return kind === 'legacy' ? 'legacy' : 'modern';
}
