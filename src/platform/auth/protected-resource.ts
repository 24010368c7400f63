import type { Config } from '../config';
import type { Door } from './actor';
import { BASIC_SCOPES } from './scopes';

type Values = Pick<Config, 'values'>;

/** Path of the protected resource metadata (RFC 9728 §3); that of a resource with a path has the path behind it. */
export const METADATA_PATH = '/.well-known/oauth-protected-resource';

/**
 * The two resources that a token can be meant for: all of this server, and its MCP endpoint. Addresses come from the configuration
 * alone, never from a request's headers. Undefined where clients have no fixed address to ask for.
 */
export function resourceOf({ values }: Values, door: Door): string | undefined {
  return values.publicUrl && `${values.publicUrl}${pathOf(door)}`;
}

/** Who gives out tokens for this server, as clients are told; empty = nobody they could go to. Our own server will be the first. */
export function authorizationServers({ values }: Values): readonly string[] {
  return values.oidcIssuers.map(({ issuer }) => issuer);
}

/**
 * Where the metadata of this door's resource is; undefined where there is none. Clients are told the address (RFC 9728 §5.1), so below
 * a path, where a proxy hands us only what is under it, it stands there too.
 */
export function metadataUrl(config: Values, door: Door): string | undefined {
  const { publicUrl } = config.values;
  if (publicUrl === undefined || authorizationServers(config).length === 0) return undefined;
  return `${publicUrl}${METADATA_PATH}${pathOf(door)}`;
}

/**
 * Scopes that a client should ask for to begin with. Issuers other than our own know nothing of our scopes, and some refuse what they do
 * not know; what they need to name a login is in OpenID Connect's own.
 */
export function basicScopes({ values }: Values): readonly string[] {
  const isOwn = values.oidcIssuers.length === 0;
  if (isOwn) return BASIC_SCOPES;
  const wantsEmail = values.oidcIssuers.some(({ loginClaim }) => loginClaim === 'email');
  return ['openid', 'profile', ...(wantsEmail ? ['email'] : [])];
}

function pathOf(door: Door): string {
  return door === 'mcp' ? '/mcp' : '';
}
