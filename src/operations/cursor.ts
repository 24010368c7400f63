import { InvalidInput } from '../platform/errors';

/** A sequence number inside a cursor. @throws InvalidInput where it is none. */
export function readCount(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidInput('cursor is not valid.', { field: 'cursor', expected: 'next_cursor of the page before' });
}
