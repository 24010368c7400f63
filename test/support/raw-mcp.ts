import { checkedFetch } from './checked-fetch';
import { lastMessage, MCP_HEADERS } from './doors';
import type { Loose } from './loose';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The last message; undefined where there was none. */
  readonly message: Loose;
}

interface RawOptions {
  readonly headers?: Record<string, string | undefined>;
  readonly id?: number | string;
  readonly meta?: Loose;
}

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};
const NAMED: Record<string, string> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  'tasks/get': 'taskId',
  'tasks/update': 'taskId',
  'tasks/cancel': 'taskId',
};

/** The endpoint as plain HTTP, so that a test can be right or wrong in any place. */
export class RawMcp {
  constructor(
    private readonly url: string,
    private readonly token: string | undefined,
  ) {}

  /** One request of revision 2026-07-28. A header or a part of `_meta` that is undefined is left out. */
  modern(method: string, params: Loose = {}, { headers, id = 1, meta }: RawOptions = {}): Promise<RawAnswer> {
    const name = NAMED[method] && (params[NAMED[method]] as string | undefined);
    const standard = { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': method, 'Mcp-Name': name };
    const message = { jsonrpc: '2.0', id, method, params: { ...params, _meta: { ...META, ...meta } } };
    return this.post(message, { ...standard, ...headers });
  }

  /** One request of a revision before that. */
  legacy(method: string, params: Loose = {}, { headers, id = 1 }: RawOptions = {}): Promise<RawAnswer> {
    return this.post({ jsonrpc: '2.0', id, method, params }, { 'MCP-Protocol-Version': '2025-11-25', ...headers });
  }

  post(message: unknown, headers: Record<string, string | undefined> = {}): Promise<RawAnswer> {
    return this.send('POST', headers, JSON.stringify(message));
  }

  async send(method: string, headers: Record<string, string | undefined> = {}, body?: string): Promise<RawAnswer> {
    const sent = { ...MCP_HEADERS, ...(this.token && { Authorization: `Bearer ${this.token}` }), ...headers };
    const response = await checkedFetch(new URL('/mcp', this.url), {
      method,
      body,
      headers: Object.fromEntries(
        Object.entries(sent).filter((entry): entry is [string, string] => entry[1] !== undefined),
      ),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, message: text ? lastMessage(text) : undefined };
  }
}
