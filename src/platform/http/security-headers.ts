import type { NextFunction, Request, Response } from 'express';
import helmet, { type HelmetOptions } from 'helmet';
import type { Config } from '../config';

/** A year, for this host alone: what else runs under the domain is not ours to decide. */
const HSTS = { maxAge: 31_536_000, includeSubDomains: false };
const NOTHING = { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"] };

/**
 * Headers by kind of answer. Programs (MCP, REST) get what keeps a browser from making a page of it, and keep nothing. Swagger's page loads
 * its own script and style and nothing else. Pages for people set theirs on top (`pageHeaders`), each with its one style.
 */
export function securityHeaders({ values }: Config) {
  // Elsewhere browsers ignore it by RFC 6797 §8.1, and on loopback it would shut out other programs of the same name.
  const isHttps = values.publicUrl?.startsWith('https:') ?? false;
  const common: HelmetOptions = {
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: isHttps && HSTS,
    xFrameOptions: { action: 'deny' },
  };
  const forPrograms = helmet({
    ...common,
    contentSecurityPolicy: { useDefaults: false, directives: { ...NOTHING, formAction: ["'none'"] } },
  });
  const forDocs = helmet({
    ...common,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        ...NOTHING,
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
      },
    },
  });
  return (request: Request, response: Response, next: NextFunction): void => {
    // Express matches paths whatever their case.
    if (/^\/docs(\/|$)/i.test(request.path)) return forDocs(request, response, next);
    // Answers depend on who asks; what may be kept says so itself.
    response.setHeader('Cache-Control', 'no-store');
    forPrograms(request, response, next);
  };
}
