import { TransformStream } from 'node:stream/web';
import type { Loose } from './loose';
import { defines, type Revision, violations } from './spec-schemas';

const REVISIONS: readonly string[] = ['2025-06-18', '2025-11-25', '2026-07-28'];
const VERSION_KEY = 'io.modelcontextprotocol/protocolVersion';

/** What answers a method, in the words of the schema; a revision that asks back has two forms. */
const RESULTS: Record<string, readonly string[]> = {
  initialize: ['InitializeResult'],
  'server/discover': ['DiscoverResult'],
  'tools/list': ['ListToolsResult'],
  'tools/call': ['CallToolResult', 'InputRequiredResult'],
  'prompts/list': ['ListPromptsResult'],
  'prompts/get': ['GetPromptResult', 'InputRequiredResult'],
  'resources/list': ['ListResourcesResult'],
  'resources/templates/list': ['ListResourceTemplatesResult'],
  'resources/read': ['ReadResourceResult', 'InputRequiredResult'],
  'completion/complete': ['CompleteResult'],
};

/**
 * `fetch` for MCP clients of tests: every message of the server is held against the JSON Schema of the revision that the request
 * spoke. A message that breaks it breaks the call.
 */
export async function checkedFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  if (typeof init?.body !== 'string') return response;
  const request = parse(init.body);
  if (!request?.method) return response;
  const revision = revisionOf(request, new Headers(init.headers));
  const check = (message: Loose): void => mustBeValid(revision, request, message);
  const type = response.headers.get('content-type') ?? '';
  if (type.startsWith('text/event-stream') && response.body) {
    return new Response(watched(response.body, check), response);
  }
  if (!type.startsWith('application/json')) return response;
  const text = await response.text();
  const message = parse(text);
  if (message?.jsonrpc) check(message);
  return new Response(text, response);
}

/** @throws Error that says which part of which message is not as the revision wants it. */
export function mustBeValid(revision: Revision, request: Loose, message: Loose): void {
  const problems = problemsOf(revision, request, message);
  if (problems.length === 0) return;
  const found = problems.slice(0, 5).join('; ');
  throw new Error(
    `Not a valid message of ${revision} (${request.method}): ${found}\n${JSON.stringify(message).slice(0, 600)}`,
  );
}

function problemsOf(revision: Revision, request: Loose, message: Loose): string[] {
  if (message.error) {
    const name = ['JSONRPCErrorResponse', 'JSONRPCError'].find((each) => defines(revision, each))!;
    // A request that could not be read has no id; up to 2025-11-25 the schema wants one, JSON-RPC itself says null.
    return violations(revision, name, message.id === null ? { ...message, id: 0 } : message);
  }
  if (message.method) {
    return violations(revision, message.id === undefined ? 'ServerNotification' : 'ServerRequest', message);
  }
  const forms = (RESULTS[request.method] ?? ['Result']).filter((name) => defines(revision, name));
  const found = forms.map((name) => violations(revision, name, message.result));
  const hasId = message.jsonrpc === '2.0' && message.id === request.id;
  const best = found.sort((a, b) => a.length - b.length)[0] ?? [];
  return hasId ? best : [...best, `id is ${JSON.stringify(message.id)}, not ${JSON.stringify(request.id)}`];
}

function revisionOf({ params }: Loose, headers: Headers): Revision {
  const said = params?._meta?.[VERSION_KEY] ?? headers.get('mcp-protocol-version') ?? params?.protocolVersion;
  return REVISIONS.includes(said as string) ? (said as Revision) : '2025-11-25';
}

/** Looks at each message of a stream as it goes by. */
function watched(body: NonNullable<Response['body']>, check: (message: Loose) => void): ReadableStream {
  const decoder = new TextDecoder();
  let rest = '';
  const stream = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      rest += decoder.decode(chunk, { stream: true });
      const events = rest.split('\n\n');
      rest = events.pop() ?? '';
      for (const event of events) for (const message of messagesOf(event)) check(message);
      controller.enqueue(chunk);
    },
  });
  return body.pipeThrough(stream as never);
}

function messagesOf(event: string): Loose[] {
  const data = event.split('\n').filter((line) => line.startsWith('data: ') && line.length > 'data: '.length);
  return data.map((line) => JSON.parse(line.slice('data: '.length)));
}

/** Undefined where it is no JSON. */
function parse(text: string): Loose {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
