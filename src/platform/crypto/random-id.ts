import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits in base64url, 43 characters: a credential that nobody guesses. */
export function randomId(): string {
  return randomBytes(32).toString('base64url');
}

/** What `randomId` gives, and nothing else. */
export const RANDOM_ID = /^[A-Za-z0-9_-]{43}$/;

/** SHA-256 in hex: what a store may know of a credential that holds 128 random bits or more. */
export function hashOfId(id: string): string {
  return createHash('sha256').update(id).digest('hex');
}
