import { readConfig } from '../../src/platform/config';
import { Keys } from '../../src/platform/keys';
import { LocalIssuer } from '../../src/platform/auth/local-issuer';
import { bearer, MCP_HEADERS } from './doors';
import type { Loose } from './loose';

export const PUBLIC_URL = 'https://mctl.example.org';

/** Settings under which all kinds of token are taken; administrators are `root`, locally, and `dex.root`, of the issuer. */
export function allKinds(issuer: string, githubUrl: string): Record<string, string> {
  return {
    MCTL_PUBLIC_URL: PUBLIC_URL,
    // Tests call from this machine, without the proxy that would be there.
    MCTL_LOCAL_TOKENS: 'true',
    // Our own server would be named first, with scopes of ours (see oauth.spec).
    MCTL_OAUTH: 'false',
    MCTL_ADMINS: 'root,dex.root',
    MCTL_GITHUB_TOKENS: 'true',
    MCTL_GITHUB_API_URL: githubUrl,
    MCTL_GITHUB_TIMEOUT: '2s',
    MCTL_OIDC_ISSUERS: JSON.stringify([
      {
        issuer,
        audiences: ['mctl', 'portal'],
        loginClaim: 'preferred_username',
        loginPrefix: 'dex.',
        groupsClaim: 'groups',
      },
    ]),
  };
}

/** A local token of an installation whose public address is `PUBLIC_URL`. */
export function localToken(dataDir: string, login: string): Promise<string> {
  const config = readConfig({ MCTL_DATA_DIR: dataDir, MCTL_PUBLIC_URL: PUBLIC_URL, MCTL_LOCAL_TOKENS: 'true' });
  return new LocalIssuer(Keys.open(dataDir), config).sign(login, 3_600_000);
}

/** What a door said about who somebody is. */
export interface Verdict {
  readonly status: number;
  readonly code?: string;
  readonly challenge: string | null;
  readonly retryAfter: string | null;
  readonly body: Loose;
  readonly text: string;
}

export type AuthDoor = (url: string, headers: Record<string, string>) => Promise<Verdict>;

/** `whoami` through either door, with whatever headers a caller sends. */
export const WHOAMI: Readonly<Record<'REST' | 'MCP', AuthDoor>> = {
  REST: async (url, headers) => verdictOf(await fetch(new URL('/api/v1/whoami', url), { headers })),
  MCP: async (url, headers) =>
    verdictOf(
      await fetch(new URL('/mcp', url), {
        method: 'POST',
        headers: { ...MCP_HEADERS, ...headers },
        body: JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method: 'tools/call',
          params: { name: 'mctl_whoami', arguments: {} },
        }),
      }),
    ),
};
export const BOTH_DOORS = Object.keys(WHOAMI) as (keyof typeof WHOAMI)[];

/** `whoami` with a token. */
export function ask(door: keyof typeof WHOAMI, url: string, token: string): Promise<Verdict> {
  return WHOAMI[door](url, bearer(token));
}

async function verdictOf(response: Response): Promise<Verdict> {
  const text = await response.text();
  const data = text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .at(-1);
  const message = JSON.parse(data ? data.slice('data: '.length) : text);
  const body = message.result ? message.result.structuredContent : message;
  return {
    status: response.status,
    code: body.code,
    challenge: response.headers.get('www-authenticate'),
    retryAfter: response.headers.get('retry-after'),
    body,
    text,
  };
}
