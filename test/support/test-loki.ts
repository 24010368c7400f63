import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LokiEntry {
  readonly labels: Readonly<Record<string, string>>;
  readonly at: Date;
  readonly line: string;
}

/**
 * Loki's `/loki/api/v1/query_range` as its HTTP API documents it: tenants by X-Scope-OrgID, stream selectors with `=` and anchored `=~`, line
 * filters `|=`, start, end, limit, newest first. What it does not know it refuses with 400, as Loki does a parse error.
 */
export class TestLoki {
  readonly queries: string[] = [];
  /** Answers this instead, once. */
  next: { status: number; body: string } | undefined;

  private constructor(
    private readonly server: Server,
    private readonly access: { token: string; tenant: string },
    private readonly entries: readonly LokiEntry[],
  ) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => this.serve(request, response));
  }

  static async start(access: { token: string; tenant: string }, entries: readonly LokiEntry[]): Promise<TestLoki> {
    const server = createServer();
    const loki = new TestLoki(server, access, entries);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return loki;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }

  private serve({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
    const { next } = this;
    this.next = undefined;
    if (next) return void response.writeHead(next.status, { 'content-type': 'text/plain' }).end(next.body);
    const { pathname, searchParams } = new URL(url, this.url);
    if (headers.authorization !== `Bearer ${this.access.token}`) {
      return void response.writeHead(401).end('Unauthorized\n');
    }
    if (headers['x-scope-orgid'] !== this.access.tenant) return void response.writeHead(401).end('no org id\n');
    if (pathname !== '/loki/api/v1/query_range') return void response.writeHead(404).end('404 page not found\n');
    const query = searchParams.get('query') ?? '';
    this.queries.push(query);
    const wants = parseQuery(query);
    if (!wants) return void response.writeHead(400).end('parse error at line 1: syntax error\n');
    const [start, end] = ['start', 'end'].map((name) => BigInt(searchParams.get(name) ?? '0'));
    const found = this.entries
      .filter((entry) => wants(entry) && at(entry) >= (start ?? 0n) && at(entry) < (end ?? 0n))
      .sort((a, b) => b.at.getTime() - a.at.getTime())
      .slice(0, Number(searchParams.get('limit') ?? 100));
    const result = found.map((entry) => ({ stream: entry.labels, values: [[String(at(entry)), entry.line]] }));
    const body = { status: 'success', data: { resultType: 'streams', result, stats: {} } };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }
}

const at = (entry: LokiEntry): bigint => BigInt(entry.at.getTime()) * 1_000_000n;
const TEXT = String.raw`"(?:[^"\\]|\\.)*"`;

/** Undefined for what is no query. */
function parseQuery(query: string): ((entry: LokiEntry) => boolean) | undefined {
  const whole = new RegExp(`^\\{((?:\\w+=~?${TEXT},?)+)\\}((?: \\|= ${TEXT})*)$`).exec(query);
  if (!whole) return undefined;
  const matchers = [...(whole[1] ?? '').matchAll(new RegExp(`(\\w+)(=~?)(${TEXT})`, 'g'))].map(
    ([, name = '', operator, value = '']) => ({ name, operator, value: JSON.parse(value) as string }),
  );
  const filters = [...(whole[2] ?? '').matchAll(new RegExp(TEXT, 'g'))].map(([text]) => JSON.parse(text) as string);
  return ({ labels, line }) =>
    filters.every((text) => line.includes(text)) &&
    matchers.every(({ name, operator, value }) =>
      operator === '=' ? labels[name] === value : new RegExp(`^(?:${value})$`).test(labels[name] ?? ''),
    );
}
