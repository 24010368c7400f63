export type RemoteTransport = 'https' | 'http' | 'ssh' | 'file';

export interface RemoteUrl {
  /** As given; holds no credentials and is safe to show. */
  url: string;
  transport: RemoteTransport;
  /** `scheme://host:port` of http(s) remotes: the only place their token may go. */
  origin?: string;
}

/** The setting names no repository that MCTL would touch. */
export class RefusedRemote extends Error {
  constructor(why: string) {
    super(`The GitOps repository URL is refused: ${why}.`);
    this.name = RefusedRemote.name;
  }
}

const UNPRINTABLE = /[\u0000-\u0020\u007f-\u009f\u2028\u2029]/;
const SCP_LIKE = /^[A-Za-z0-9_][\w.-]*@(?:[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\]):[^-:].*$/;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Accepts https, ssh (URL or `user@host:path`), file URLs, absolute paths, and http to loopback only.
 * @throws RefusedRemote saying why, without repeating what may hold a credential.
 */
export function parseRemoteUrl(url: string): RemoteUrl {
  if (url === '' || UNPRINTABLE.test(url)) throw refused('it is empty or holds spaces or control characters');
  if (url.startsWith('-')) throw refused('it starts with "-"');
  if (url.startsWith('/')) return { url, transport: 'file' };
  if (!url.includes('://')) return scpLike(url);
  return withScheme(url);
}

/** `GIT_ALLOW_PROTOCOL` for this remote: its own transport and no other, so `ext::` and friends can never start. */
export function allowedProtocols(remote: RemoteUrl): string {
  return remote.transport;
}

function scpLike(url: string): RemoteUrl {
  if (!SCP_LIKE.test(url)) throw refused('it is neither a URL, user@host:path nor an absolute path');
  return { url, transport: 'ssh' };
}

/** ssh would read a host, user or path that starts with a hyphen as an option. */
function secureShell(url: string, { hostname, pathname, username }: URL): RemoteUrl {
  const isUsable = /^[A-Za-z0-9[]/.test(hostname) && !pathname.startsWith('/-') && !username.startsWith('-');
  if (!isUsable) throw refused('its host or path is not usable');
  return { url, transport: 'ssh' };
}

function file(url: string, { hostname, pathname }: URL): RemoteUrl {
  if (hostname !== '' || pathname === '/') throw refused('a file URL needs an absolute path and no host');
  return { url, transport: 'file' };
}

function withScheme(url: string): RemoteUrl {
  if (!URL.canParse(url)) throw refused('it is not a valid URL');
  const parsed = new URL(url);
  if (parsed.password !== '') throw refused('it holds a password; give a token file instead');
  if (parsed.search !== '' || parsed.hash !== '') throw refused('it holds a query or a fragment');
  switch (parsed.protocol) {
    case 'https:':
    case 'http:':
      return web(url, parsed);
    case 'ssh:':
      return secureShell(url, parsed);
    case 'file:':
      return file(url, parsed);
    default:
      throw refused('its scheme is none of https, ssh and file');
  }
}

function web(url: string, parsed: URL): RemoteUrl {
  if (parsed.username !== '') throw refused('it holds a user name; give a token file and user name instead');
  const secure = parsed.protocol === 'https:';
  if (!secure && !LOOPBACK.test(parsed.hostname)) throw refused('http is for loopback only; use https');
  return { url, transport: secure ? 'https' : 'http', origin: parsed.origin };
}

function refused(why: string): RefusedRemote {
  return new RefusedRemote(why);
}
