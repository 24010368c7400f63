import type { IncomingMessage } from 'node:http';
import { InvalidInput } from '../errors';

/**
 * Refuses a body by the length that it announces, at once: the parser would answer only when all of it has come.
 * @param limit bytes. @throws InvalidInput `too_large`.
 */
export function mustFit({ headers }: IncomingMessage, limit: number): void {
  if (Number(headers['content-length'] ?? 0) <= limit) return;
  throw new InvalidInput('The body is too large.', { code: 'too_large', expected: `at most ${limit} bytes` });
}
