import type { NextFunction, Request, Response } from 'express';
import type { Config } from '../config';
import { InvalidInput, NotAllowed } from '../errors';
import { ServedHosts } from './served-hosts.policy';

/** Name and value apart. A client of ours sends some twenty. */
const MOST_HEADERS = 2 * 100;

/**
 * A page in a browser on this machine may reach loopback under a name of its own (DNS rebinding). Only names we answer to are
 * served, and an `Origin`, where there is one, must be known: MCP demands 403. What proxies say of the host is never asked.
 */
export function onlyKnownHosts({ values }: Config) {
  const served = new ServedHosts(values);
  return (request: Request, _response: Response, next: NextFunction): void => {
    const { host, origin } = request.headers;
    if (!served.servesHost(host)) return next(foreignHost());
    if (origin !== undefined && !served.servesOrigin(origin) && !isOwnForm(request)) return next(foreignOrigin());
    next();
  };
}

/** Requests that two readers may understand in two ways are not read at all. */
export function onlyPlainRequests(request: Request, _response: Response, next: NextFunction): void {
  // `GET http://elsewhere/ HTTP/1.1` names a host beside the header that is checked (RFC 9112 §3.2.2).
  if (!request.url.startsWith('/')) {
    return next(new InvalidInput('The request must name a path.', { expected: 'a path that begins with /' }));
  }
  if (request.rawHeaders.length > MOST_HEADERS) {
    return next(
      new InvalidInput('The request has too many headers.', {
        code: 'headers_too_large',
        expected: `at most ${MOST_HEADERS / 2} headers`,
      }),
    );
  }
  if (countOf(request, 'host') > 1 || countOf(request, 'content-type') > 1) {
    return next(
      new InvalidInput('A header came twice.', { code: 'repeated_header', expected: 'Host and Content-Type once' }),
    );
  }
  next();
}

/** Node keeps the first of them and tells nobody. */
function countOf({ rawHeaders }: Request, name: string): number {
  return rawHeaders.filter((each, index) => index % 2 === 0 && each.toLowerCase() === name).length;
}

/** Browsers hide the origin of a page that wants no referrer, from the page's own site too; then they say themselves whose it is. */
function isOwnForm({ headers }: Request): boolean {
  return headers.origin === 'null' && headers['sec-fetch-site'] === 'same-origin';
}

function foreignHost(): NotAllowed {
  return new NotAllowed('This host is not served here.', {
    code: 'foreign_host',
    fix: 'Set MCTL_PUBLIC_URL to the address clients use, or name the host in MCTL_ALLOWED_HOSTS.',
  });
}

function foreignOrigin(): NotAllowed {
  return new NotAllowed('Pages of this origin may not call here.', {
    code: 'foreign_origin',
    fix: 'Name the origin in MCTL_ALLOWED_ORIGINS if its pages are meant to.',
  });
}
