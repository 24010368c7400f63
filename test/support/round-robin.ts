import { once } from 'node:events';
import { createServer, request as send, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A balancer of the simplest kind: each request goes to the next target, whatever was sent where before. */
export class RoundRobin {
  /** Where the requests go, in turn. Set once the targets know the balancer's own address. */
  targets: readonly string[] = [];
  private turn = 0;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  /** Requests that were passed on so far. */
  get turns(): number {
    return this.turn;
  }

  static async start(): Promise<RoundRobin> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const balancer = new RoundRobin(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (request, response) => {
      const target = balancer.targets[balancer.turn++ % balancer.targets.length] ?? '';
      const { method, headers, url = '' } = request;
      const passed = send(new URL(url, target), { method, headers, agent: false }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        answer.pipe(response);
      });
      passed.on('error', () => response.destroy());
      request.pipe(passed);
    });
    return balancer;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
