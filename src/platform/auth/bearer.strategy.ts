import type { Request } from 'express';
import { Strategy } from 'passport';
import { Unauthenticated } from '../errors';

type Done = (error: unknown, user?: object) => void;
type Verify = (token: string, request: Request, done: Done) => void;

/** The scheme's name has no case (RFC 9110 §11.1). */
const BEARER = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i;

/**
 * Base of every strategy for bearer credentials. The header is the only place that is looked at: a token in a query string or a
 * body ends up in logs.
 *
 * A strategy that does not recognise a token, by its shape and by what it says of its issuer, steps aside (`fail`), and the next kind
 * is asked. The one that recognises it decides for good: what it throws is an `error`, which ends the search, so that no token is ever
 * tried against rules that were not made for it.
 */
export class BearerStrategy extends Strategy {
  constructor(
    readonly recognises: (token: string) => boolean,
    private readonly verify: Verify,
  ) {
    super();
  }

  override authenticate(request: Request): void {
    // Node reads the first of several; a proxy in front may have checked the last.
    if ((request.headersDistinct.authorization?.length ?? 0) > 1) return this.error(twice());
    const token = bearerToken(request);
    if (token === undefined || !this.recognises(token)) return this.fail(401);
    this.verify(token, request, (error, user) =>
      error ? this.error(error) : user ? this.success(user) : this.fail(401),
    );
  }
}

/** The credential of a request; undefined where there is none, or none in the form of RFC 6750 §2.1. */
export function bearerToken(request: Pick<Request, 'headers'>): string | undefined {
  return BEARER.exec(request.headers.authorization ?? '')?.[1];
}

function twice(): Unauthenticated {
  return new Unauthenticated('There is more than one Authorization header.', {
    code: 'invalid_token',
    fix: 'Send one: Authorization: Bearer TOKEN.',
  });
}
