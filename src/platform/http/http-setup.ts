import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Response } from 'express';
import type { Config } from '../config';
import { log } from '../logging';
import type { SignedRequest } from '../mcp/call';
import { requests } from '../metrics/instruments';
import { formBodies, jsonBodies, onlyJsonBodies } from './bodies';
import { setUpCors } from './cors';
import { onlyKnownHosts, onlyPlainRequests } from './host-gate';
import { securityHeaders } from './security-headers';
import { endRequestSpan, requestSpan } from './request-trace';
import { limitConnections } from './server-limits';
import { requestIdOf } from './via';

/** Where people send forms with a browser. */
const FORM_PATHS = [
  '/intake',
  '/github/agree',
  '/sign-in',
  '/connections',
  '/oauth/interaction',
  '/oauth/token',
  '/oauth/revoke',
];

/** What surrounds every route: limits, headers, request ids, the host check, one log line and one observation per request. */
export function setUpHttp(app: NestExpressApplication, config: Config): void {
  const { trustedProxies } = config.values;
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  // Whose word on the caller's address (`request.ip`) is taken; without configuration nobody's.
  app.set('trust proxy', trustedProxies.length > 0 ? [...trustedProxies] : false);
  app.use(observe);
  app.use(securityHeaders(config));
  app.use(onlyPlainRequests);
  app.use(onlyKnownHosts(config));
  setUpCors(app, config);
  app.use(FORM_PATHS, formBodies(config));
  app.use(onlyJsonBodies);
  app.use(jsonBodies(config));
  limitConnections(app.getHttpServer(), config);
}

function observe(request: SignedRequest, response: Response, next: NextFunction): void {
  const started = process.hrtime.bigint();
  // Once the connection is closed nobody knows it any more.
  const address = request.ip;
  const span = requestSpan(request);
  response.setHeader('X-Request-Id', requestIdOf(request));
  response.once('close', () => {
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    const { path: route } = (request.route ?? {}) as { path?: string };
    const { statusCode: status } = response;
    requests.observe({ method: request.method, route: route ?? 'none', status: String(status) }, seconds);
    const facts = {
      request: requestIdOf(request),
      method: request.method,
      route: route ?? 'none',
      status,
      ms: Math.round(seconds * 1000),
      user: request.user?.login,
      address,
    };
    if (!span) return log.debug(facts, 'request');
    span.run(() => log.debug(facts, 'request'));
    endRequestSpan(span, request, route, status);
  });
  if (span) span.run(next);
  else next();
}
