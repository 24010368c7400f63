import { checkedFetch } from './checked-fetch';
import { routeOf } from './tool-examples';
import type { Loose } from './loose';

/** What either door answered, in one form. */
export interface DoorAnswer {
  readonly ok: boolean;
  /** Code of the error, if it is one. */
  readonly code?: string;
  readonly status: number;
  readonly body: Loose;
  /** The whole body as it came. */
  readonly text: string;
}

/** Name of the operation behind a tool; none where the tool only reads. */
export type OperationOf = (tool: string) => string | undefined;

export const MCP_HEADERS = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' };

/** The last JSON-RPC message of an answer, which may be a stream of them. */
export function lastMessage(text: string): Loose {
  const last = text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .at(-1);
  return JSON.parse(last ? last.slice('data: '.length) : text);
}

export function bearer(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { Authorization: `Bearer ${token}` };
}

/** One tool call as raw JSON-RPC of the 2025 era: cheap, and free to be wrong. */
export async function callMcp(url: string, token: string, tool: string, args: unknown): Promise<DoorAnswer> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: tool, arguments: args } });
  const response = await checkedFetch(new URL('/mcp', url), {
    method: 'POST',
    headers: { ...MCP_HEADERS, ...bearer(token) },
    body,
  });
  const text = await response.text();
  const message = lastMessage(text);
  if (!message.result) {
    return {
      ok: false,
      code: String(message.error?.code ?? message.code),
      status: response.status,
      body: message,
      text,
    };
  }
  const data = JSON.parse(message.result.content[0].text);
  return { ok: !message.result.isError, code: data.code, status: response.status, body: data, text };
}

/** The same call over REST: the route of a tool that reads, `execute` for a write. */
export async function callRest(
  url: string,
  token: string,
  tool: string,
  args: Record<string, unknown>,
  operation?: string,
): Promise<DoorAnswer> {
  const request = operation ? executeRequest(operation, args) : readRequest(tool, args);
  const response = await fetch(new URL(request.path, url), {
    ...request.init,
    headers: { ...request.init.headers, ...bearer(token) },
  });
  const text = await response.text();
  const body = JSON.parse(text);
  const ok = response.ok || response.status === 428;
  return { ok, code: ok ? undefined : body.code, status: response.status, body, text };
}

interface RestRequest {
  readonly path: string;
  readonly init: { method: string; body?: string; headers?: Record<string, string> };
}

function executeRequest(operation: string, args: object): RestRequest {
  const headers = { 'Content-Type': 'application/json' };
  return {
    path: `/api/v1/operations/${operation}/execute`,
    init: { method: 'POST', body: JSON.stringify(args), headers },
  };
}

function readRequest(tool: string, args: Record<string, unknown>): RestRequest {
  const route = routeOf(tool);
  const inPath = [...route.matchAll(/:([a-z_]+)/g)].map(([, name = '']) => name);
  const path = route.replace(/:([a-z_]+)/g, (_, name: string) => encodeURIComponent(String(args[name])));
  const query = Object.entries(args).filter(([name]) => !inPath.includes(name));
  return {
    path: `/api/v1/${path}?${new URLSearchParams(query.map(([name, value]) => [name, String(value)])).toString()}`,
    init: { method: 'GET' },
  };
}
