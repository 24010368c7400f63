import type { Request } from 'express';
import type { Config } from '../config';
import { Unauthenticated } from '../errors';
import { viaOf } from '../http/via';
import { basicScopes, metadataUrl } from './protected-resource';
import { InsufficientScope } from './scopes';

/**
 * The `WWW-Authenticate` of an answer (RFC 6750 §3, RFC 9728 §5.1): where to learn who gives out tokens, what was wrong with the one
 * that came, which scopes to ask for, all of them at once. Undefined where no challenge belongs to the error.
 */
export function challengeFor(
  error: unknown,
  request: Request,
  config: Pick<Config, 'values' | 'offersOAuth'>,
): string | undefined {
  const metadata = metadataUrl(config, viaOf(request).door, request);
  if (error instanceof InsufficientScope) {
    const { message: error_description, wanted } = error;
    return write({ error: 'insufficient_scope', error_description, scope: wanted.join(' '), ...address(metadata) });
  }
  if (!(error instanceof Unauthenticated)) return undefined;
  // A credential that was given and is wrong is told apart from none.
  const isWrong = request.headers.authorization !== undefined;
  // Where nobody gives out tokens, the bare fault is all there is to say.
  if (metadata === undefined) return write(isWrong ? { error: 'invalid_token' } : {});
  const fault: Record<string, string> = isWrong ? { error: 'invalid_token', error_description: error.message } : {};
  return write({ ...fault, scope: basicScopes(config, request).join(' '), ...address(metadata) });
}

function address(metadata: string | undefined): Record<string, string> {
  return metadata === undefined ? {} : { resource_metadata: metadata };
}

function write(parameters: Readonly<Record<string, string>>): string {
  const all = Object.entries({ realm: 'mctl', ...parameters });
  return `Bearer ${all.map(([name, value]) => `${name}="${quotable(value)}"`).join(', ')}`;
}

/** Characters that RFC 6750 §3 allows in `error_description`; the others allow no more. */
function quotable(text: string): string {
  return text.replace(/[“”"]/g, "'").replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '?');
}
