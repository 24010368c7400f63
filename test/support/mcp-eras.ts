import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as OldTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { checkedFetch } from './checked-fetch';
import type { Loose } from './loose';

/** The official clients there are: the present one on either wire, and the one before, which most assistants still have inside. */
export const ERAS = ['2026-07-28', '2025 by the new client', '2025 by the old client'] as const;
export type Era = (typeof ERAS)[number];

export interface CallResult {
  readonly isError?: boolean;
  readonly content: readonly { readonly type: string; readonly text?: string }[];
  readonly structuredContent?: Loose;
}

export interface ListedTool {
  readonly name: string;
  readonly inputSchema: object;
  readonly outputSchema?: object;
}

export interface Progress {
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
}

/** What the tests need of either client. */
export interface EraClient {
  readonly serverName: string | undefined;
  readonly instructions: string | undefined;
  list(): Promise<readonly ListedTool[]>;
  call(name: string, args?: Record<string, unknown>, onProgress?: (progress: Progress) => void): Promise<CallResult>;
  /** What the client was told the server can do. */
  readonly capabilities: Loose;
  prompts(): Promise<readonly Loose[]>;
  prompt(name: string, args?: Record<string, string>): Promise<Loose>;
  resources(): Promise<Loose>;
  templates(): Promise<readonly Loose[]>;
  read(uri: string): Promise<Loose>;
  complete(params: CompleteParams): Promise<Loose>;
  close(): Promise<void>;
}

export interface CompleteParams {
  readonly ref: { type: 'ref/prompt'; name: string } | { type: 'ref/resource'; uri: string };
  readonly argument: { name: string; value: string };
  readonly context?: { arguments?: Record<string, string> };
}

/** @param asked is shown each form that the server asks a person to fill in; absent = the client cannot ask. Not of the old client. */
export async function connectEra(
  era: Era,
  url: string,
  token: string,
  name = 'era-tests',
  asked?: (form: Loose) => Loose,
): Promise<EraClient> {
  const address = new URL('/mcp', url);
  const options = { fetch: checkedFetch, requestInit: { headers: { Authorization: `Bearer ${token}` } } };
  const info = { name, version: '1.0.0' };
  if (era === '2025 by the old client') {
    const client = new OldClient(info);
    await client.connect(new OldTransport(address, options));
    return wrap(client);
  }
  const pinned = era === '2026-07-28' ? { versionNegotiation: { mode: { pin: era } } } : {};
  const client = new Client(info, { ...pinned, ...(asked && { capabilities: { elicitation: { form: {} } } }) });
  if (asked) client.setRequestHandler('elicitation/create', ({ params }) => asked(params));
  await client.connect(new StreamableHTTPClientTransport(address, options));
  return wrap({
    ...surface(client),
    callTool: (params, _, callOptions) => client.callTool(params, callOptions),
  });
}

interface Wrapped {
  getServerVersion(): { name: string } | undefined;
  getInstructions(): string | undefined;
  listTools(): Promise<{ tools: unknown[] }>;
  getServerCapabilities(): object | undefined;
  listPrompts(): Promise<{ prompts: unknown[] }>;
  getPrompt(params: { name: string; arguments?: Record<string, string> }): Promise<unknown>;
  listResources(): Promise<unknown>;
  listResourceTemplates(): Promise<{ resourceTemplates: unknown[] }>;
  readResource(params: { uri: string }): Promise<unknown>;
  complete(params: CompleteParams): Promise<unknown>;
  callTool(
    params: { name: string; arguments?: Record<string, unknown> },
    schema: undefined,
    options?: { onprogress?: (progress: Progress) => void },
  ): Promise<unknown>;
  close(): Promise<void>;
}

function surface(client: Client): Omit<Wrapped, 'callTool'> {
  return {
    getServerVersion: () => client.getServerVersion(),
    getInstructions: () => client.getInstructions(),
    listTools: () => client.listTools(),
    getServerCapabilities: () => client.getServerCapabilities(),
    listPrompts: () => client.listPrompts(),
    getPrompt: (params) => client.getPrompt(params),
    listResources: () => client.listResources(),
    listResourceTemplates: () => client.listResourceTemplates(),
    readResource: (params) => client.readResource(params),
    complete: (params) => client.complete(params),
    close: () => client.close(),
  };
}

function wrap(client: Wrapped): EraClient {
  return {
    serverName: client.getServerVersion()?.name,
    instructions: client.getInstructions(),
    list: async () => (await client.listTools()).tools as ListedTool[],
    call: async (name, args = {}, onprogress) =>
      (await client.callTool({ name, arguments: args }, undefined, onprogress && { onprogress })) as CallResult,
    capabilities: client.getServerCapabilities() as Loose,
    prompts: async () => (await client.listPrompts()).prompts as Loose[],
    prompt: async (name, args) => (await client.getPrompt({ name, arguments: args })) as Loose,
    resources: async () => (await client.listResources()) as Loose,
    templates: async () => (await client.listResourceTemplates()).resourceTemplates as Loose[],
    read: async (uri) => (await client.readResource({ uri })) as Loose,
    complete: async (params) => ((await client.complete(params)) as Loose).completion,
    close: () => client.close(),
  };
}
