import { Strategy } from 'passport';
import type { Request } from 'express';

type Done = (error: unknown, user?: object) => void;
type Verify = (token: string, request: Request, done: Done) => void;

/** The scheme's name has no case (RFC 9110 §11.1). */
const BEARER = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i;

/**
 * Base of every strategy for bearer credentials. The header is the only place that is looked at: a token in a query string or a
 * body ends up in logs.
 */
export class BearerStrategy extends Strategy {
  constructor(private readonly verify: Verify) {
    super();
  }

  override authenticate(request: Request): void {
    const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) return this.fail(401);
    this.verify(token, request, (error, user) =>
      error ? this.error(error) : user ? this.success(user) : this.fail(401),
    );
  }
}
