import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';

/** Stands between client and server, and cuts the line where the client is about to give a certain statement. */
export class StatementProxy {
  private constructor(
    private readonly server: Server,
    private readonly target: number,
    private readonly port: number,
  ) {}

  /** @param reached what else happens at that moment, e.g. the client's process is killed. */
  static async start(target: number, before: string, reached: () => void = () => undefined): Promise<StatementProxy> {
    const server = createServer((client) => {
      const upstream = connect(target, '127.0.0.1');
      client.on('data', (data) => {
        if (!data.includes(before)) return void upstream.write(data);
        reached();
        client.destroy();
      });
      upstream.on('data', (data) => client.write(data));
      for (const socket of [client, upstream]) socket.on('error', () => undefined);
      client.on('close', () => upstream.destroy());
      upstream.on('close', () => client.destroy());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return new StatementProxy(server, target, typeof address === 'object' && address ? address.port : 0);
  }

  /** The URL of the server, through here. */
  through(url: string): string {
    return url.replace(`:${this.target}/`, `:${this.port}/`);
  }

  async stop(): Promise<void> {
    this.server.close();
    await once(this.server, 'close');
  }
}
