import type { IncomingMessage } from 'node:http';

const bodies = new WeakMap<IncomingMessage, Buffer>();

/** Express matches paths whatever their case. */
const SIGNED = /^\/api\/v1\/webhooks\//i;

/** Whether a webhook is called: by a program that passes on what others wrote, under a secret. */
export function isWebhook(request: IncomingMessage): boolean {
  return SIGNED.test(request.url ?? '');
}

/** Keeps the bytes of a body that may be signed: what was parsed and written again is no longer the same bytes. */
export function keepRawBody(request: IncomingMessage, body: Buffer): void {
  if (isWebhook(request)) bodies.set(request, body);
}

/** Empty where there was no body. */
export function rawBodyOf(request: IncomingMessage): Buffer {
  return bodies.get(request) ?? Buffer.alloc(0);
}
