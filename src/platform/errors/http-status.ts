import { Conflict, InvalidInput, NotAllowed, NotFound, Unauthenticated, Unavailable } from './errors';

/** HTTP status of each error (RFC 9110; 429 from RFC 6585, 428 is answered by the confirmation itself). */
export function httpStatusOf(error: unknown): number {
  if (error instanceof InvalidInput) return error.code === 'too_large' ? 413 : 400;
  if (error instanceof Unauthenticated) return 401;
  if (error instanceof NotAllowed) return 403;
  if (error instanceof NotFound) return 404;
  if (error instanceof Conflict) return 409;
  if (error instanceof Unavailable) return error.code === 'rate_limited' ? 429 : 503;
  return 500;
}
