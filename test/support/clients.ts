import { Client } from '@modelcontextprotocol/client';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { checkedFetch } from './checked-fetch';

export interface ToolResult {
  readonly isError: boolean;
  /** Structured content of a success, the error body of a refusal. */
  readonly data: Record<string, any>;
}

/** The official MCP client, signed in. */
export class McpTestClient {
  private constructor(readonly client: Client) {}

  static async connect(url: string, token: string, name = 'mctl-tests'): Promise<McpTestClient> {
    const client = new Client({ name, version: '1.0.0' });
    await client.connect(
      new StreamableHTTPClientTransport(new URL('/mcp', url), {
        fetch: checkedFetch,
        requestInit: { headers: { Authorization: `Bearer ${token}` } },
      }),
    );
    return new McpTestClient(client);
  }

  async call(
    name: string,
    args: Record<string, unknown> = {},
    onProgress?: (progress: unknown) => void,
  ): Promise<ToolResult> {
    const result = await this.client.callTool(
      { name, arguments: args },
      onProgress ? { onprogress: onProgress } : undefined,
    );
    const text = (result.content as { text?: string }[])[0]?.text ?? '{}';
    return {
      isError: result.isError === true,
      data: (result.structuredContent ?? JSON.parse(text)) as Record<string, any>,
    };
  }

  /** As `call`, for calls that must succeed. */
  async must(name: string, args: Record<string, unknown> = {}): Promise<Record<string, any>> {
    const { isError, data } = await this.call(name, args);
    if (isError) throw new Error(`${name} was refused: ${JSON.stringify(data)}`);
    return data;
  }

  close(): Promise<void> {
    return this.client.close();
  }
}

export interface RestResult {
  readonly status: number;
  readonly headers: Headers;
  readonly body: any;
}

/** One field of every item of a list. */
export function column({ body }: RestResult, field: string): unknown[] {
  return (body as { items: Record<string, unknown>[] }).items.map((item) => item[field]);
}

/** REST as a portal or a CI job speaks it. */
export class RestTestClient {
  constructor(
    private readonly url: string,
    private readonly token?: string,
  ) {}

  get(path: string): Promise<RestResult> {
    return this.request('GET', path);
  }

  execute(operation: string, body: unknown): Promise<RestResult> {
    return this.request('POST', `/api/v1/operations/${operation}/execute`, JSON.stringify(body));
  }

  async request(
    method: string,
    path: string,
    body?: string,
    headers: Record<string, string> = {},
  ): Promise<RestResult> {
    const response = await fetch(new URL(path, this.url), {
      method,
      body,
      headers: {
        ...(this.token && { Authorization: `Bearer ${this.token}` }),
        ...(body && { 'Content-Type': 'application/json' }),
        ...headers,
      },
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : text,
    };
  }
}
