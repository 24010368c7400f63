import { InvalidInput } from '../errors';
import { oneLine } from '../text/one-line';

export type Metadata = Readonly<Record<string, unknown>>;

const MOST_REDIRECTS = 20;
const LONGEST_REDIRECT = 2_000;
const LONGEST_NAME = 80;
/** WHATWG's URL takes nearly anything for a host; ours goes into a page's policy and before people's eyes. */
const HOST = /^([a-z0-9._-]+|\[[0-9a-f:.]+\])$/;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
/** Schemes that a browser or the system acts upon by itself. An app's own scheme names no such thing (RFC 8252 §7.1). */
const TAKEN_SCHEMES = new Set(
  'about blob chrome data file filesystem ftp ftps http https intent javascript jar ldap mailto ms-settings resource sms ssh tel vbscript view-source ws wss'.split(
    ' ',
  ),
);

export type RedirectKind = 'web' | 'loopback' | 'app';

/**
 * Where codes may be sent: https, loopback (any port, RFC 8252 §7.3) or an app's own scheme.
 * @throws InvalidInput `invalid_redirect_uri`
 */
export function redirectKind(uri: unknown): RedirectKind {
  const { protocol, hostname } = wellFormed(uri);
  const isWeb = protocol === 'https:' || protocol === 'http:';
  if (isWeb && !HOST.test(hostname)) throw badRedirect('must have a host of letters, digits, dots and dashes');
  if (isWeb && LOOPBACK.has(hostname)) return 'loopback';
  if (protocol === 'https:') return 'web';
  if (protocol === 'http:') throw badRedirect('must be https; http is for loopback only');
  if (isAppScheme(protocol.slice(0, -1), String(uri))) return 'app';
  throw badRedirect('must be https, http on loopback, or the own scheme of an app');
}

function wellFormed(uri: unknown): URL {
  if (typeof uri !== 'string' || uri.length > LONGEST_REDIRECT || !URL.canParse(uri)) throw badRedirect('must be URLs');
  const url = new URL(uri);
  if (uri.includes('#')) throw badRedirect('must have no fragment');
  // What looks like the host is then the name of a user, or whatever a browser makes of it.
  if (url.username || url.password || url.hostname.includes('*') || /[\\\s]/.test(uri)) {
    throw badRedirect('must have neither user name, backslash nor wildcard');
  }
  return url;
}

function isAppScheme(scheme: string, uri: string): boolean {
  return scheme.length >= 3 && !TAKEN_SCHEMES.has(scheme) && uri.startsWith(`${scheme}:/`);
}

/**
 * What is kept of the metadata that a client tells of itself (RFC 7591, or its metadata document). It is always a public client with
 * PKCE: a secret that anybody can get by asking proves nothing, so one that asks for a secret is registered without
 * (RFC 7591 §3.2.1 lets the server decide).
 * @throws InvalidInput `invalid_redirect_uri`, `invalid_client_metadata`
 */
export function acceptedMetadata(given: Metadata): Record<string, unknown> {
  const { redirect_uris: uris, client_name: name, client_uri: home } = given;
  if (!Array.isArray(uris) || uris.length === 0 || uris.length > MOST_REDIRECTS) {
    throw badRedirect(`are needed, 1 to ${MOST_REDIRECTS}`);
  }
  requireAmong(given, 'grant_types', 'authorization_code');
  requireAmong(given, 'response_types', 'code');
  const kinds = uris.map(redirectKind);
  return {
    redirect_uris: [...new Set(uris as string[])],
    client_name: nameOf(name) ?? 'A client without a name',
    ...(isHttps(home) && { client_uri: home }),
    application_type: kinds.every((kind) => kind === 'web') ? 'web' : 'native',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  };
}

/** The place that a code goes to, as people read it: a host, `this computer`, or an app. */
export function redirectHost(uri: string): string {
  const { protocol, host } = new URL(uri);
  return redirectKind(uri) === 'app' ? protocol : host;
}

function nameOf(name: unknown): string | undefined {
  return typeof name === 'string' ? oneLine(name).trim().slice(0, LONGEST_NAME) || undefined : undefined;
}

function isHttps(url: unknown): url is string {
  return (
    typeof url === 'string' && url.length <= LONGEST_REDIRECT && URL.canParse(url) && new URL(url).protocol === 'https:'
  );
}

function requireAmong(given: Metadata, field: string, value: string): void {
  const list = given[field];
  if (list === undefined || (Array.isArray(list) && list.includes(value))) return;
  throw new InvalidInput(`${field} must contain ${value}: there is no other way to connect.`, {
    code: 'invalid_client_metadata',
    field,
    expected: value,
  });
}

function badRedirect(what: string): InvalidInput {
  return new InvalidInput(`redirect_uris ${what}.`, { code: 'invalid_redirect_uri', field: 'redirect_uris' });
}
