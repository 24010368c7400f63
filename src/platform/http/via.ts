import type { Request } from 'express';
import type { Via } from '../auth/actor';
import { ulid } from '../crypto';
import { looksLikeCredential, maskCredentials } from '../text/secrets';

const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;
const CLIENT_LENGTH = 100;

/** The caller's request id where it is harmless, otherwise a new one; the same for the whole request. */
export function requestIdOf(request: Request & { requestId?: string }): string {
  const given = request.headers['x-request-id'];
  return (request.requestId ??= isHarmless(given) ? given : ulid());
}

/** It is logged, audited and committed: a client that puts its token there must not find it in all three. */
function isHarmless(given: unknown): given is string {
  return typeof given === 'string' && REQUEST_ID.test(given) && !looksLikeCredential(given);
}

export function viaOf(request: Request): Via {
  return {
    // Express matches paths whatever their case.
    door: /^\/mcp(\/|$)/i.test(request.path) ? 'mcp' : 'rest',
    requestId: requestIdOf(request),
    client: clientName(request.headers['user-agent']),
  };
}

/** A name that a client gives itself: recorded, never trusted, so cut down to harmless characters, and without credentials. */
export function clientName(name: unknown): string | undefined {
  return typeof name === 'string'
    ? maskCredentials(name)
        .replace(/[^\x20-\x7e]+/g, ' ')
        .trim()
        .slice(0, CLIENT_LENGTH) || undefined
    : undefined;
}
