import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json';

/** SHA-256 in hex of the canonical JSON of plain data. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}
