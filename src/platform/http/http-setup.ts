import type { NestExpressApplication } from '@nestjs/platform-express';
import { json, type NextFunction, type Request, type Response, urlencoded } from 'express';
import helmet from 'helmet';
import type { Config } from '../config';
import { log } from '../logging';
import type { SignedRequest } from '../mcp/call';
import { InvalidInput } from '../errors';
import { Metrics } from '../metrics/metrics';
import type { FormRequest } from './pages';
import { dropOddKeys } from './odd-keys';
import { isWebhook, keepRawBody } from './raw-body';
import { checkJson } from './strict-json';
import { requestIdOf } from './via';

/** Slowest client that is served: headers within 15 s, the whole request within 30 s. */
const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 30_000;
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
/** What Alertmanager sends of one large group; it drops for good what is refused. */
const WEBHOOK_BODY_LIMIT = 8 * 1024 * 1024;
/** Fields that one form may have; more than any of ours has. */
const FORM_FIELDS = 200;

/** What surrounds every route: limits, headers, request ids, the host check, one log line and one observation per request. */
export function setUpHttp(app: NestExpressApplication, config: Config): void {
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.use(observe(app.get(Metrics)));
  app.use(securityHeaders());
  app.use(onlyKnownHosts(config));
  app.use(FORM_PATHS, formBodies(config));
  app.use(onlyJsonBodies);
  app.use(jsonBodies(config));
  const server = app.getHttpServer() as { headersTimeout: number; requestTimeout: number };
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
}

/** Strict for callers. Webhooks pass on what others wrote: one key of one alert must not cost all alerts of its group. */
function jsonBodies({ values }: Config) {
  const limit = values.bodyLimit * 1024;
  const strict = json({ limit, verify: (_request, _response, body, encoding) => checkJson(body, encoding) });
  const tolerant = json({
    limit: Math.max(limit, WEBHOOK_BODY_LIMIT),
    verify: (request, _response, body, encoding) => {
      checkJson(body, encoding, 'dropped');
      keepRawBody(request, body);
    },
  });
  return (request: Request, response: Response, next: NextFunction): void => {
    if (!isWebhook(request)) return strict(request, response, next);
    tolerant(request, response, (error?: unknown) => {
      if (error === undefined) dropOddKeys(request, request.body);
      next(error);
    });
  };
}

/** Strict everywhere; the Swagger page loads its own script and style and nothing else. */
function securityHeaders() {
  const strict = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"] },
    },
    crossOriginEmbedderPolicy: false,
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
  });
  const docs = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
  });
  return (request: Request, response: Response, next: NextFunction): void => {
    const headers = /^\/docs(\/|$)/.test(request.path) ? docs : strict;
    headers(request, response, next);
  };
}

/**
 * A page in a browser on this machine may reach loopback under a name of its own (DNS rebinding). Only names we answer to are
 * served, and an `Origin` must be one of them.
 */
function onlyKnownHosts({ values }: Config) {
  const known = new Set(['localhost', '127.0.0.1', '[::1]', values.host]);
  if (values.publicUrl) known.add(new URL(values.publicUrl).hostname);
  return (request: Request, response: Response, next: NextFunction): void => {
    const host = hostnameOf(`http://${request.headers.host ?? ''}`);
    const { origin } = request.headers;
    if (known.has(host) && (origin === undefined || known.has(hostnameOf(origin)) || isOwnForm(request))) return next();
    response
      .status(403)
      .type('application/problem+json')
      .json({
        title: 'foreign host',
        status: 403,
        detail: 'This host or origin is not served here.',
        code: 'foreign_host',
        message: 'This host or origin is not served here.',
        fix: 'Set MCTL_PUBLIC_URL to the address clients use.',
        retryable: false,
        correlation_id: requestIdOf(request),
      });
  };
}

/** Reads a form for the page that it is for. What is wrong with it is left to that page, which says so in its own form. */
function formBodies({ values }: Config) {
  const parse = urlencoded({ extended: false, limit: values.bodyLimit * 1024, parameterLimit: FORM_FIELDS });
  return (request: FormRequest, response: Response, next: NextFunction): void => {
    parse(request, response, (error?: unknown) => {
      if (error !== undefined) request.formError = unreadableForm(error);
      else if (request.is('application/x-www-form-urlencoded')) request.form = request.body as Record<string, unknown>;
      // Nothing further may take it for arguments, or print it.
      if (request.form) request.body = undefined;
      next();
    });
  };
}

function unreadableForm(cause: unknown): InvalidInput {
  const isTooLarge = cause instanceof Error && 'status' in cause && cause.status === 413;
  return isTooLarge
    ? new InvalidInput('The form is too large.', { code: 'too_large', fix: 'Enter fewer or shorter values.', cause })
    : new InvalidInput('The form is not one of this page.', { code: 'form_unreadable', cause });
}

/** A body of another type is refused unread: the MCP library would read it itself, however large it is. */
function onlyJsonBodies(request: FormRequest, _response: Response, next: NextFunction): void {
  if (request.form || request.formError || request.is('application/json') !== false) return next();
  next(
    new InvalidInput('The body must be JSON.', {
      code: 'unsupported_media_type',
      expected: 'Content-Type: application/json',
    }),
  );
}

/** Browsers hide the origin of a page that wants no referrer, from the page's own site too; then they say themselves whose it is. */
function isOwnForm({ headers }: Request): boolean {
  return headers.origin === 'null' && headers['sec-fetch-site'] === 'same-origin';
}

function hostnameOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : '';
}

function observe(metrics: Metrics) {
  return (request: SignedRequest, response: Response, next: NextFunction): void => {
    const started = process.hrtime.bigint();
    response.setHeader('X-Request-Id', requestIdOf(request));
    response.once('close', () => {
      const seconds = Number(process.hrtime.bigint() - started) / 1e9;
      const route = (request.route as { path?: string } | undefined)?.path ?? 'none';
      metrics.requests.observe({ method: request.method, route, status: String(response.statusCode) }, seconds);
      log.debug(
        {
          request: requestIdOf(request),
          method: request.method,
          route,
          status: response.statusCode,
          ms: Math.round(seconds * 1000),
          user: request.user?.login,
        },
        'request',
      );
    });
    next();
  };
}
