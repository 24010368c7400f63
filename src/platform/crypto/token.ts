import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** 256 bits that nobody guesses: for a link, a form or a browser's session. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** Whether it may be one of ours. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** SHA-256 in hex: what a store keeps of a token. */
export function hashOfToken(token: string): string {
  return sha256(token).toString('hex');
}

/** Whether two secrets are the same, in a time that tells nothing about where they differ, nor of their lengths. */
export function isSameSecret(one: string, other: string): boolean {
  return timingSafeEqual(sha256(one), sha256(other));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
