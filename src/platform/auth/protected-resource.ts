import type { Request } from 'express';
import type { Config } from '../config';
import { servesPages } from '../http/pages/page-origin.policy';
import type { Door } from './actor';

type Values = Pick<Config, 'values' | 'offersOAuth'>;
type Arrival = Pick<Request, 'headers' | 'socket'>;

/** Path of the protected resource metadata (RFC 9728 §3); that of a resource with a path has the path behind it. */
export const METADATA_PATH = '/.well-known/oauth-protected-resource';

/**
 * The two resources that a token can be meant for: all of this server, and its MCP endpoint. Addresses come from the configuration
 * alone, never from a request's headers; only on loopback, where one address has several names, the resource has the name that the
 * client uses. Undefined where clients have no fixed address to ask for.
 */
export function resourceOf(config: Values, door: Door, request: Arrival): string | undefined {
  const base = config.values.publicUrl ?? loopbackBase(config, request, hostOf(request));
  return base && `${base}${pathOf(door)}`;
}

/** Who gives out tokens for this server, as clients are told, our own server first; empty = nobody they could go to. */
export function authorizationServers(config: Values, request: Arrival): readonly string[] {
  const own = ownIssuer(config, request);
  return [...(own === undefined ? [] : [own]), ...config.values.oidcIssuers.map(({ issuer }) => issuer)];
}

/**
 * Where the metadata of this door's resource is; undefined where there is none. Clients are told the address (RFC 9728 §5.1), so below
 * a path, where a proxy hands us only what is under it, it stands there too.
 */
export function metadataUrl(config: Values, door: Door, request: Arrival): string | undefined {
  const base = config.values.publicUrl ?? loopbackBase(config, request, hostOf(request));
  if (base === undefined || authorizationServers(config, request).length === 0) return undefined;
  return `${base}${METADATA_PATH}${pathOf(door)}`;
}

/**
 * Scopes that a client should ask for to begin with. Issuers other than our own know nothing of our scopes, and some refuse what they do
 * not know; what they need to name a login is in OpenID Connect's own.
 */
export function basicScopes(config: Values, request: Arrival): readonly string[] {
  const { oidcIssuers, oauthBasicScopes } = config.values;
  if (oidcIssuers.length === 0 || ownIssuer(config, request) !== undefined) return oauthBasicScopes;
  const wantsEmail = oidcIssuers.some(({ loginClaim }) => loginClaim === 'email');
  return ['openid', 'profile', ...(wantsEmail ? ['email'] : [])];
}

/** Issuer of our own authorisation server: the public URL where pages are safe there, otherwise where we listen on loopback. */
function ownIssuer(config: Values, request: Arrival): string | undefined {
  const { publicUrl, host } = config.values;
  const base = publicUrl ?? loopbackBase(config, request, host);
  return config.offersOAuth && base !== undefined && servesPages(base) ? base : undefined;
}

function loopbackBase({ offersOAuth }: Values, { socket }: Arrival, host: string): string | undefined {
  const base = `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${socket.localPort ?? 0}`;
  return offersOAuth && URL.canParse(base) && servesPages(base) ? base : undefined;
}

function hostOf({ headers }: Arrival): string {
  const here = `http://${headers.host ?? ''}`;
  return URL.canParse(here) ? new URL(here).hostname : '';
}

function pathOf(door: Door): string {
  return door === 'mcp' ? '/mcp' : '';
}
