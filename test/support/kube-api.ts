import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stringify } from 'yaml';
import { allows, EVERYTHING, forbidden, type Rule, wishOf } from './kube-api/access';
import { type Misbehaviour, misbehave, sendSlowly } from './kube-api/faults';
import { idOf, type Kind, KINDS, type Target, targetOf } from './kube-api/kinds';
import { discovery, reviewAccess } from './kube-api/meta';
import { type KubeObject, Objects } from './kube-api/objects';
import { type PodLog, readLog } from './kube-api/pod-logs';
import { selects } from './kube-api/selectors';
import { Refused } from './kube-api/status';
import { Watches } from './kube-api/watches';
import { Writes } from './kube-api/writes';

export type { Rule } from './kube-api/access';
export type { KubeObject } from './kube-api/objects';

interface Account {
  readonly name: string;
  readonly rules: readonly Rule[];
}

/** A request that came, as tests look at it. */
export interface SeenRequest {
  readonly method: string;
  /** With the query. */
  readonly url: string;
  readonly account: string | undefined;
  readonly body: unknown;
}

/**
 * A Kubernetes API server over real HTTP, from what is documented and what was observed at 1.36: discovery, list with limit and continue,
 * strict validation by the project's CRDs (without their CEL rules), merge patch, watch with bookmarks and 410, access by token and rule,
 * pod logs. It misbehaves on order. No controller runs: the test is Argo CD, with `put`.
 */
export class KubeApi {
  readonly watches: Watches;
  readonly requests: SeenRequest[] = [];
  version = 'v1.36.0';
  private readonly writes: Writes;
  private readonly accounts = new Map<string, Account>();
  private readonly continued = new Map<string, KubeObject[]>();
  private readonly podLogs: PodLog[] = [];
  private kinds: readonly Kind[] = KINDS;
  private orders: { order: Misbehaviour; left: number }[] = [];

  private constructor(
    private readonly server: Server,
    readonly objects: Objects,
  ) {
    this.watches = new Watches(objects);
    this.writes = new Writes(objects);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void this.serve(request, response));
  }

  /**
   * On a free port of loopback, or on `port`. Its one token that may do everything is `admin-token`.
   * @param objects of another one, which this one goes on from.
   */
  static async start(port = 0, objects = new Objects()): Promise<KubeApi> {
    const server = createServer();
    const api = new KubeApi(server, objects);
    api.allow('admin-token', 'system:admin', [EVERYTHING]);
    await once(server.listen(port, '127.0.0.1'), 'listening');
    return api;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }

  allow(token: string, name: string, rules: readonly Rule[]): void {
    this.accounts.set(token, { name, rules });
  }

  revoke(token: string): void {
    this.accounts.delete(token);
  }

  /** Text of a kubeconfig. The library takes plain HTTP only where certificates are not asked for. */
  kubeconfig(token = 'admin-token'): string {
    return stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'test',
      clusters: [{ name: 'test', cluster: { server: this.url, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'test', user: { token } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    });
  }

  /** What a controller would do: stores the object as it is, new or changed. */
  put(
    object: Omit<KubeObject, 'metadata'> & { metadata: Partial<KubeObject['metadata']> & { name: string } },
  ): KubeObject {
    return this.objects.put(this.idOf(object as KubeObject), object as KubeObject);
  }

  remove(object: Pick<KubeObject, 'apiVersion' | 'kind'> & { metadata: { name: string; namespace?: string } }): void {
    this.objects.remove(this.idOf(object), object.metadata.namespace ?? '', object.metadata.name);
  }

  stored(plural: string, namespace: string, name: string, group = 'argoproj.io'): KubeObject | undefined {
    return this.objects.get(`${group}/${plural}`, namespace, name);
  }

  /** As if the CRDs of this group, or of one of its kinds, were not there. */
  uninstall(group: string, plural?: string): void {
    this.kinds = this.kinds.filter((each) => each.group !== group || (plural !== undefined && each.plural !== plural));
  }

  setLog(log: PodLog): void {
    this.podLogs.push(log);
  }

  /** Forgets the history: older versions and continue tokens are answered 410. */
  compact(): void {
    this.objects.compact();
    this.continued.clear();
  }

  order(order: Misbehaviour): void {
    this.orders.push({ order, left: order.times ?? Number.POSITIVE_INFINITY });
  }

  behave(): void {
    this.orders = [];
  }

  private idOf({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): string {
    const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
    const known = KINDS.find((each) => each.group === group && each.kind === kind);
    if (!known) throw new Error(`${apiVersion} ${kind} is none of this server’s kinds`);
    return idOf(known);
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const text = await readBody(request);
      const url = new URL(request.url ?? '/', this.url);
      const account = this.accountOf(request);
      const seen = {
        method: request.method ?? 'GET',
        url: request.url ?? '',
        account: account?.name,
        body: parsed(text),
      };
      this.requests.push(seen);
      const how = this.nextFault(seen, response);
      if (how === 'done') return;
      const answer = this.answer(seen, url, account, { request, response });
      if (answer === undefined) return;
      const body = typeof answer === 'string' ? answer : JSON.stringify(answer);
      response.writeHead(seen.method === 'POST' ? 201 : 200, {
        'content-type': typeof answer === 'string' ? 'text/plain' : 'application/json',
      });
      if (how === 'slow') await sendSlowly(response, body);
      else response.end(body);
    } catch (error) {
      refuse(response, error);
    }
  }

  private nextFault({ method, url }: SeenRequest, response: ServerResponse): 'done' | 'slow' | 'none' {
    const found = this.orders.find(({ order, left }) => left > 0 && (order.on?.test(`${method} ${url}`) ?? true));
    if (!found) return 'none';
    found.left -= 1;
    return misbehave(found.order.what, response);
  }

  private accountOf({ headers }: IncomingMessage): Account | undefined {
    const token = headers.authorization?.replace(/^Bearer /, '');
    if (token === undefined) return { name: 'system:anonymous', rules: [] };
    return this.accounts.get(token);
  }

  /** @returns undefined where the answer is a stream that has begun. */
  private answer(
    seen: SeenRequest,
    url: URL,
    account: Account | undefined,
    { request, response }: { request: IncomingMessage; response: ServerResponse },
  ): object | string | undefined {
    if (!account) throw new Refused(401, 'Unauthorized', 'Unauthorized');
    const path = url.pathname;
    if (path === '/version') return { gitVersion: this.version };
    if (/^\/(livez|readyz|healthz)$/.test(path)) return 'ok';
    const known = discovery(path, this.kinds);
    if (known) return known;
    if (path === '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews') {
      return reviewAccess(seen.body, account.rules);
    }
    const target = targetOf(path, this.kinds);
    // Not even a Status: the real server's mux knows nothing under this path.
    if (!target) throw new NoSuchPath();
    const isWatch = url.searchParams.get('watch') === 'true';
    const wish = wishOf(seen.method, target, isWatch);
    if (!allows(account.rules, wish)) throw forbidden(account.name, wish, target.name);
    if (isWatch) {
      this.watch(target, url.searchParams, response);
      return undefined;
    }
    if (seen.method === 'GET') return this.read(target, url.searchParams);
    return this.write(seen, target, url.searchParams, request.headers['content-type'] ?? '');
  }

  private read(target: Target, query: URLSearchParams): object | string {
    const { kind, namespace = '', name, subresource } = target;
    if (name === undefined) return this.list(target, query);
    const object = this.writes.existing(target);
    if (kind.plural === 'pods' && subresource === 'log') return readLog(this.podLogs, { namespace, pod: name }, query);
    return object;
  }

  private list({ kind, namespace }: Target, query: URLSearchParams): object {
    const token = query.get('continue');
    if (token !== null && !this.continued.has(token)) {
      throw new Refused(
        410,
        'Expired',
        'The provided continue parameter is too old to display a consistent list result.',
      );
    }
    const all =
      (token === null ? undefined : this.continued.get(token)) ??
      this.objects.all(idOf(kind), namespace).filter((object) => this.selects(object, kind, query));
    const limit = Number(query.get('limit') ?? 0) || all.length;
    const rest = all.slice(limit);
    const next =
      rest.length > 0
        ? Buffer.from(`${this.objects.version}:${this.continued.size}:${rest.length}`).toString('base64url')
        : undefined;
    if (next !== undefined) this.continued.set(next, rest);
    const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
    const metadata = {
      resourceVersion: String(this.objects.version),
      ...(next && { continue: next, remainingItemCount: rest.length }),
    };
    return { kind: `${kind.kind}List`, apiVersion, metadata, items: all.slice(0, limit) };
  }

  private watch({ kind, namespace }: Target, query: URLSearchParams, response: ServerResponse): void {
    this.watches.begin(response, {
      kind: idOf(kind),
      kindName: kind.kind,
      apiVersion: kind.group === '' ? kind.version : `${kind.group}/${kind.version}`,
      namespace,
      since: query.get('resourceVersion') ?? '',
      selects: (object) => this.selects(object, kind, query),
      seconds: Number(query.get('timeoutSeconds') ?? 1_800),
    });
  }

  private write(seen: SeenRequest, target: Target, query: URLSearchParams, type: string): object {
    if (seen.method === 'POST') return this.writes.create(target, seen.body, query);
    if (seen.method === 'PUT') return this.writes.replace(target, seen.body, query);
    if (seen.method === 'DELETE') {
      this.writes.remove(target, seen.body);
      return { kind: 'Status', apiVersion: 'v1', status: 'Success', details: { name: target.name } };
    }
    if (seen.method !== 'PATCH') throw new Refused(405, 'MethodNotAllowed', 'the server does not allow this method');
    if (!type.startsWith('application/merge-patch+json')) {
      const text =
        'the body of the request was in an unknown format - accepted media types include: application/merge-patch+json';
      throw new Refused(415, 'UnsupportedMediaType', text);
    }
    return this.writes.mergePatch(target, seen.body, query);
  }

  private selects(object: KubeObject, { plural }: Kind, query: URLSearchParams): boolean {
    try {
      return selects(object, plural, query.get('labelSelector'), query.get('fieldSelector'));
    } catch (error) {
      throw new Refused(400, 'BadRequest', (error as Error).message);
    }
  }
}

class NoSuchPath extends Error {}

function refuse(response: ServerResponse, error: unknown): void {
  if (error instanceof NoSuchPath) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found\n');
    return;
  }
  const refused = error instanceof Refused ? error : new Refused(500, 'InternalError', String(error));
  response.writeHead(refused.code, { 'content-type': 'application/json' }).end(JSON.stringify(refused.body));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}
