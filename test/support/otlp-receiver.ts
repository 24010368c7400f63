import { createServer, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** A span as OTLP/JSON writes it, with attributes as a plain object. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** Of OTLP: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status: { readonly code?: number };
  readonly resource: Readonly<Record<string, string | number | boolean>>;
}

export interface Export {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

type Value = { stringValue?: string; intValue?: string | number; doubleValue?: number; boolValue?: boolean };
type Pairs = { key: string; value: Value }[];

/** A collector: an HTTP server that takes OTLP/JSON and keeps what came. */
export class OtlpReceiver {
  readonly exports: Export[] = [];
  readonly spans: ReceivedSpan[] = [];
  private arrived: () => void = () => undefined;

  /** @param status what each export is answered; anything but 200 takes nothing. */
  private constructor(
    private readonly server: Server,
    readonly status: number,
  ) {}

  static async start(status = 200): Promise<OtlpReceiver> {
    const server = createServer();
    const receiver = new OtlpReceiver(server, status);
    server.on('request', (request, response) => {
      void receiver
        .take(request)
        .then(() => response.writeHead(status, { 'Content-Type': 'application/json' }).end('{}'));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Ends when all that is asked for is there; the time limit of the test is its only one. */
  async until(isThere: (spans: readonly ReceivedSpan[]) => boolean): Promise<void> {
    while (!isThere(this.spans)) await new Promise<void>((resolve) => (this.arrived = resolve));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async take(request: IncomingMessage): Promise<void> {
    const body = Buffer.concat(await request.toArray());
    this.exports.push({ path: request.url ?? '', headers: request.headers, body });
    if (this.status === 200 && request.headers['content-type'] === 'application/json') {
      this.spans.push(...spansOf(body));
    }
    this.arrived();
  }
}

function spansOf(body: Buffer): ReceivedSpan[] {
  const { resourceSpans } = JSON.parse(body.toString('utf8')) as {
    resourceSpans: { resource: { attributes: Pairs }; scopeSpans: { spans: any[] }[] }[];
  };
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        links: [],
        ...span,
        attributes: plain(span.attributes),
        resource: plain(resource.attributes),
      })),
    ),
  );
}

function plain(pairs: Pairs = []): Record<string, string | number | boolean> {
  return Object.fromEntries(
    pairs.map(({ key, value }) => [
      key,
      value.stringValue ?? value.boolValue ?? value.doubleValue ?? Number(value.intValue),
    ]),
  );
}
