import { once } from 'node:events';
import http, { type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { Connection } from '../../../src/platform/kubernetes/connection';
import { type Misbehaviour, misbehave } from '../../support/kube-api/faults';
import { Refused } from '../../support/kube-api/status';

/** Stands before the real API server and misbehaves on order, or changes what is asked. Callers bring their own credential. */
export class Proxy {
  /** Path and query of every request that came. */
  readonly seen: string[] = [];
  /** Watches that the server has accepted and not ended yet. */
  watches = 0;
  private server: Server | undefined;
  private port = 0;
  private orders: { order: Misbehaviour; left: number }[] = [];
  private changes: { from: RegExp; to: string; left: number }[] = [];

  private constructor(private readonly connection: Connection) {}

  /** @param kubeconfig of an account with a token: of it only the address and the authority are used. */
  static async start(kubeconfig: string): Promise<Proxy> {
    const proxy = new Proxy(new Connection(kubeconfig));
    await proxy.up();
    return proxy;
  }

  /** For the `clusters` of a kubeconfig. The library takes plain HTTP only where certificates are not asked for. */
  get cluster(): object {
    return { server: `http://127.0.0.1:${this.port}`, 'insecure-skip-tls-verify': true };
  }

  async up(): Promise<void> {
    this.server = http.createServer((request, response) => void this.pass(request, response));
    await once(this.server.listen(this.port, '127.0.0.1'), 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** As when the API server is restarted: every connection breaks, and no other is taken. */
  async down(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((closed) => this.server?.close(closed));
    this.server = undefined;
  }

  order(order: Misbehaviour): void {
    this.orders.push({ order, left: order.times ?? Number.POSITIVE_INFINITY });
  }

  /** Asks the server for something else, the next `times` times that it matches. */
  change(from: RegExp, to: string, times = 1): void {
    this.changes.push({ from, to, left: times });
  }

  behave(): void {
    this.orders = [];
    this.changes = [];
  }

  private async pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '/';
    this.seen.push(url);
    try {
      const found = this.orders.find(
        ({ order, left }) => left > 0 && (order.on?.test(`${request.method} ${url}`) ?? true),
      );
      if (found) {
        found.left -= 1;
        if (misbehave(found.order.what, response) === 'done') return;
      }
      await this.forward(request, response, this.changed(url));
    } catch (error) {
      if (response.headersSent) response.destroy();
      else refuse(response, error);
    }
  }

  private changed(url: string): string {
    const change = this.changes.find(({ from, left }) => left > 0 && from.test(url));
    if (!change) return url;
    change.left -= 1;
    return url.replace(change.from, change.to);
  }

  private async forward(request: IncomingMessage, response: ServerResponse, url: string): Promise<void> {
    const { server, options } = await this.connection.target();
    const sender = server.startsWith('https:') ? https : http;
    const { host: _host, connection: _connection, ...headers } = request.headers;
    const outgoing = sender.request(`${server}${url}`, { ...options, method: request.method, headers });
    response.once('close', () => outgoing.destroy());
    request.pipe(outgoing);
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    outgoing.on('error', () => response.destroy());
    answer.on('error', () => response.destroy());
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    response.flushHeaders();
    if (url.includes('watch=true')) this.follow(answer);
    answer.pipe(response);
  }

  private follow(answer: IncomingMessage): void {
    this.watches += 1;
    answer.once('close', () => (this.watches -= 1));
  }
}

function refuse(response: ServerResponse, error: unknown): void {
  const refused = error instanceof Refused ? error : new Refused(502, 'BadGateway', String(error));
  response.writeHead(refused.code, { 'content-type': 'application/json' }).end(JSON.stringify(refused.body));
}
