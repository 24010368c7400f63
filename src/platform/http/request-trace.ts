import type { Request } from 'express';
import { beginSpan, type Span } from '../tracing';

/** What asks every few seconds and tells nothing by its traces. */
const PROBES = ['/healthz', '/readyz', '/metrics'];

/**
 * The span of a request, below the caller's where it names one. Of the address only the route's pattern is told, once it is known: paths and
 * queries hold links that are good for one use.
 */
export function requestSpan(request: Request): Span | undefined {
  if (PROBES.includes(request.path)) return undefined;
  const { traceparent } = request.headers;
  return beginSpan({
    name: request.method,
    kind: 'server',
    parent: typeof traceparent === 'string' ? traceparent : undefined,
    attributes: { 'http.request.method': request.method, 'url.scheme': request.protocol },
  });
}

/** @param route pattern of the route; undefined where none was found. */
export function endRequestSpan(span: Span, request: Request, route: string | undefined, status: number): void {
  if (route !== undefined) span.rename(`${request.method} ${route}`);
  span.set({ 'http.route': route, 'http.response.status_code': status });
  if (status >= 500) span.fail(String(status));
  span.end();
}
