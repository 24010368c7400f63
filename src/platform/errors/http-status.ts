import { Conflict, InvalidInput, NotAllowed, NotFound, Unauthenticated, Unavailable } from './errors';

const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  method_not_allowed: 405,
  too_large: 413,
  unsupported_media_type: 415,
  headers_too_large: 431,
};

/** HTTP status of each error (RFC 9110; 429 from RFC 6585, 428 is answered by the confirmation itself). */
export function httpStatusOf(error: unknown): number {
  if (error instanceof InvalidInput) return STATUS_OF_CODE[error.code] ?? 400;
  if (error instanceof Unauthenticated) return 401;
  if (error instanceof NotAllowed) return 403;
  if (error instanceof NotFound) return 404;
  if (error instanceof Conflict) return 409;
  if (error instanceof Unavailable) return error.code === 'rate_limited' ? 429 : 503;
  return 500;
}
