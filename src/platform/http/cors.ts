import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request } from 'express';
import type { Config } from '../config';

/** What programs in a browser call. Pages for people are never read by another site. */
const FOR_PROGRAMS = /^\/(mcp|api\/v1|\.well-known|oauth\/(token|register|revoke|jwks))(\/|$)/i;
const REQUEST_HEADERS = [
  'Accept',
  'Authorization',
  'Content-Type',
  'Last-Event-ID',
  'Mcp-Method',
  'Mcp-Name',
  'Mcp-Protocol-Version',
  'Mcp-Session-Id',
  'X-Request-Id',
];
/** Without these a client in a browser neither finds out where to sign in nor when to come again. */
const RESPONSE_HEADERS = ['Mcp-Protocol-Version', 'Mcp-Session-Id', 'Retry-After', 'WWW-Authenticate', 'X-Request-Id'];
/** Seconds that a browser may remember the answer. */
const MAX_AGE_S = 600;

/** Lets pages of the configured origins call, each by its exact name, and never with cookies. Without any there is no CORS. */
export function setUpCors(app: NestExpressApplication, { values }: Config): void {
  const { allowedOrigins } = values;
  if (allowedOrigins.length === 0) return;
  const open = {
    origin: [...allowedOrigins],
    methods: ['GET', 'HEAD', 'POST', 'DELETE'],
    allowedHeaders: REQUEST_HEADERS,
    exposedHeaders: RESPONSE_HEADERS,
    maxAge: MAX_AGE_S,
  };
  app.enableCors((request: Request, done: (error: null, options: object) => void) => {
    done(null, FOR_PROGRAMS.test(request.path) ? open : { origin: false });
  });
}
