import type { ServerResponse } from 'node:http';
import { Refused } from './status';

/** Something that goes wrong on order. */
export interface Misbehaviour {
  /** Which requests, by method and path with query; all without. */
  readonly on?: RegExp;
  /** How often; every time without. */
  readonly times?: number;
  readonly what:
    | { readonly throttle: number }
    | 'fail'
    | 'unavailable'
    | 'timeout'
    | 'hang'
    | 'cut'
    | 'cut_in_body'
    | 'malformed'
    | 'html'
    | 'nothing'
    | 'expired'
    | 'slow';
}

/** How long a slow answer waits between its pieces. */
const SLOW_MS = 20;

/** Misbehaves; answers whether the request goes on, then with a body that is sent piece by piece. */
export function misbehave(what: Misbehaviour['what'], response: ServerResponse): 'done' | 'slow' {
  if (typeof what === 'object') {
    response.setHeader('Retry-After', String(what.throttle));
    throw new Refused(429, 'TooManyRequests', 'too many requests, please try again later', {
      retryAfterSeconds: what.throttle,
    });
  }
  switch (what) {
    case 'fail':
      throw new Refused(500, 'InternalError', 'Internal error occurred: etcdserver: leader changed');
    case 'expired':
      throw new Refused(
        410,
        'Expired',
        'The provided continue parameter is too old to display a consistent list result.',
      );
    case 'unavailable':
      response.writeHead(503, { 'content-type': 'text/plain' }).end('service unavailable\n');
      return 'done';
    case 'timeout':
      throw new Refused(504, 'Timeout', 'Timeout: request did not complete within the allotted timeout');
    case 'hang':
      return 'done';
    case 'cut':
      response.socket?.destroy();
      return 'done';
    case 'cut_in_body':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1_000 });
      response.write('{"kind":"List","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[');
      setImmediate(() => response.socket?.destroy());
      return 'done';
    case 'malformed':
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"kind":"List","items":[{"metad');
      return 'done';
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Please sign in</body></html>');
      return 'done';
    case 'nothing':
      response.writeHead(204).end();
      return 'done';
    case 'slow':
      return 'slow';
  }
}

export async function sendSlowly(response: ServerResponse, text: string): Promise<void> {
  const size = Math.max(1, Math.ceil(text.length / 5));
  for (let at = 0; at < text.length; at += size) {
    response.write(text.slice(at, at + size));
    await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
  }
  response.end();
}
