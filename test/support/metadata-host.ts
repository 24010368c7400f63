import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { CertificateAuthority } from './certificates';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** An https host of a client's metadata document, with a certificate of its own authority, on a loopback port. */
export class MetadataHost {
  readonly requests: IncomingMessage[] = [];
  handler: Handler = (_request, response) => void response.writeHead(404).end();

  private constructor(
    private readonly server: ReturnType<typeof createServer>,
    /** PEM of the authority. */
    readonly ca: string,
    readonly name: string,
  ) {}

  static async start(folder: string, name = 'client.example.org'): Promise<MetadataHost> {
    const authority = new CertificateAuthority(folder);
    const server = createTlsServer(authority.issue(`DNS:${name}`));
    const host = new MetadataHost(server, readFileSync(authority.file, 'utf8'), name);
    server.on('request', (request, response) => {
      host.requests.push(request);
      host.handler(request, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return host;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  url(path = '/client.json'): string {
    return `https://${this.name}:${this.port}${path}`;
  }

  /** Answers this document at every path. */
  serve(document: unknown, headers: Record<string, string> = {}, status = 200): void {
    this.handler = (_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof document === 'string' ? document : JSON.stringify(document));
    };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
