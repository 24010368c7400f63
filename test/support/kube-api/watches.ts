import type { ServerResponse } from 'node:http';
import type { Change, KubeObject, Objects } from './objects';
import { Refused } from './status';

export interface WatchRequest {
  readonly kind: string;
  readonly apiVersion: string;
  readonly kindName: string;
  readonly namespace?: string;
  readonly since: string;
  readonly selects: (object: KubeObject) => boolean;
  readonly seconds: number;
}

/** Open watches. As a real server does it: events in order, ERROR with 410 for a version that is too old, BOOKMARKs without names. */
export class Watches {
  private readonly open = new Map<ServerResponse, WatchRequest>();

  constructor(private readonly objects: Objects) {
    objects.on('change', (change) => {
      for (const [response, request] of this.open) if (request.kind === change.kind) send(response, request, change);
    });
  }

  get count(): number {
    return this.open.size;
  }

  begin(response: ServerResponse, request: WatchRequest): void {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const isFresh = request.since === '' || request.since === '0';
    const changes = isFresh ? this.present(request) : this.objects.since(Number(request.since), request.kind);
    if (!changes) {
      const { body } = new Refused(
        410,
        'Expired',
        `too old resource version: ${request.since} (${this.objects.version})`,
      );
      response.end(`${JSON.stringify({ type: 'ERROR', object: body })}\n`);
      return;
    }
    for (const change of changes) send(response, request, change);
    this.open.set(response, request);
    const timer = setTimeout(() => this.end(response), request.seconds * 1_000).unref();
    response.on('close', () => {
      clearTimeout(timer);
      this.open.delete(response);
    });
  }

  /** The version as it is now, to everybody: real servers do that about once a minute. */
  bookmark(): void {
    for (const [response, { apiVersion, kindName: kind }] of this.open) {
      const metadata = { resourceVersion: String(this.objects.version), creationTimestamp: null };
      response.write(`${JSON.stringify({ type: 'BOOKMARK', object: { kind, apiVersion, metadata } })}\n`);
    }
  }

  /** Ends them in order, as at the end of `timeoutSeconds`. */
  endAll(): void {
    for (const response of [...this.open.keys()]) this.end(response);
  }

  /** Breaks the connections off. @param half a part of an event that is sent before. */
  cutAll(half?: string): void {
    for (const response of [...this.open.keys()]) {
      if (half !== undefined) response.write(half);
      this.open.delete(response);
      setImmediate(() => response.socket?.destroy());
    }
  }

  private end(response: ServerResponse): void {
    this.open.delete(response);
    response.end();
  }

  private present({ kind, namespace }: WatchRequest): Change[] {
    return this.objects.all(kind, namespace).map((object) => ({ version: 0, type: 'ADDED', kind, object }));
  }
}

function send(response: ServerResponse, { namespace, selects }: WatchRequest, { type, object }: Change): void {
  const isHere = namespace === undefined || object.metadata.namespace === namespace;
  if (isHere && selects(object)) response.write(`${JSON.stringify({ type, object })}\n`);
}
