import { createHmac } from 'node:crypto';

/** How long a link may be opened: enough to hand it to whoever administers the repository. */
export const LINK_MINUTES = 60;
/** How long the question waits that the page at its end asks. */
export const CONSENT_MINUTES = 10;

/**
 * The state in the link of one operation: made anew from its id whenever it is shown, so that neither store nor git nor log needs to
 * keep it.
 */
export function stateOf(key: Uint8Array, operationId: string): string {
  return createHmac('sha256', key).update(`state ${operationId}`).digest('base64url');
}

/** PKCE verifier that belongs to the same link (RFC 7636: 43 to 128 characters). */
export function verifierOf(key: Uint8Array, state: string): string {
  return createHmac('sha256', key).update(`verifier ${state}`).digest('base64url');
}

export function expiryOf(from: Date, minutes: number): Date {
  return new Date(from.getTime() + minutes * 60_000);
}
