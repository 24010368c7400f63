import type { IncomingMessage } from 'node:http';
import { raw, type Request, type Response } from 'express';
import { InvalidInput } from '../errors';
import { mustFit } from './body-length';
import { dropOddKeys } from './odd-keys';
import { checkJson } from './strict-json';

/** Express matches paths whatever their case. */
const WEBHOOK = /^\/api\/v1\/webhooks\//i;

/** Whether a webhook is called: by a program that passes on what others wrote, under a secret. Its gate reads the body itself. */
export function isWebhook(request: IncomingMessage): boolean {
  return WEBHOOK.test(request.url ?? '');
}

/**
 * The bytes of a webhook's body as they came, decompressed: what was parsed and written again is no longer what was signed.
 * @param limit bytes. @throws InvalidInput or an HTTP error 413 where there are more.
 */
export async function readWebhookBody(request: Request, limit: number): Promise<Buffer> {
  mustFit(request, limit);
  const read = raw({ type: () => true, limit });
  await new Promise<void>((done, fail) => {
    // The reader asks nothing of the response.
    read(request, {} as Response, (error?: unknown) => {
      if (error === undefined) done();
      else fail(error instanceof Error ? error : new Error('the body could not be read', { cause: error }));
    });
  });
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

/**
 * Makes the body that the route sees. Keys that a program passes on are dropped where a caller's would be refused: one key of one alert must
 * not cost all alerts of its group.
 * @throws InvalidInput
 */
export function parseWebhookBody(request: Request, bytes: Buffer): void {
  request.body = undefined;
  if (bytes.length === 0) return;
  checkJson(bytes, charsetOf(request), 'dropped');
  const body = parsed(bytes);
  dropOddKeys(request, body);
  request.body = body;
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch (cause) {
    throw new InvalidInput('The body is not the JSON it should be.', { expected: 'a JSON object in UTF-8', cause });
  }
}

function charsetOf({ headers }: Request): string {
  return /;\s*charset="?([^";\s]+)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8';
}
