import { packageVersion } from '../platform/package-root';

export interface BannerFacts {
  /** Where this process listens. */
  readonly address: string;
  /** Where clients reach it; differs behind a proxy. */
  readonly publicUrl: string;
  readonly dataDir: string;
  readonly repository: string;
  /** The local administrator; undefined where local tokens are not taken. The token only for whoever sits before a terminal. */
  readonly local: { readonly user: string; readonly token: string | undefined; readonly ttlHours: number } | undefined;
  /** A client needs the address alone: it opens a browser, where its person signs in. */
  readonly offersOAuth: boolean;
  /** Other credentials that are taken, in words. */
  readonly others: readonly string[];
  /** Prints another token, for `LOGIN`. */
  readonly tokenCommand: string;
  /** What whoever starts this must know, e.g. that the remote does not answer. */
  readonly notes: readonly string[];
}

/** What `npm start` shows. It may hold a token, so it goes to standard output and nowhere else, and holds none where that is no terminal. */
export function renderBanner(facts: BannerFacts): string {
  const { address, publicUrl, dataDir, repository, local, others, notes } = facts;
  const mcp = `${publicUrl}/mcp`;
  const more = local ? [`More tokens: ${facts.tokenCommand}`] : [];
  return `
MCTL ${packageVersion} listens on ${address}

  MCP         ${mcp}
  Connect     ${publicUrl}/connect
  REST docs   ${publicUrl}/docs
  Data        ${dataDir}
  Repository  ${repository}
${others.length > 0 ? `  Taken       ${others.join(', ')}\n` : ''}  ${identity(facts)}

${howToConnect(facts, mcp)}

${[...notes, ...more, 'Ctrl-C drains and stops.'].join('\n')}

`;
}

function identity({ local, tokenCommand }: BannerFacts): string {
  if (!local) return 'Local       tokens are not taken here';
  const { user, token, ttlHours } = local;
  const who = `You are     ${user}, platform administrator, with`;
  return token === undefined
    ? `${who} what this prints: ${tokenCommand.replace('LOGIN', user)} --ttl ${ttlHours}h`
    : `${who} this token for ${ttlHours} hours:`;
}

function howToConnect({ publicUrl, offersOAuth, local }: BannerFacts, mcp: string): string {
  const shown = local?.token ? `${local.token}\n\n` : '';
  if (!offersOAuth) return `${shown}${withToken("Paste this into your MCP client's configuration", mcp, local?.token)}`;
  const oauth = `Open ${publicUrl}/connect for every client's configuration. The address is enough, a browser opens to sign in:

claude mcp add --transport http mctl ${mcp}`;
  return local ? `${shown}${oauth}\n\n${withToken('A client without OAuth takes a token', mcp, local.token)}` : oauth;
}

function withToken(how: string, mcp: string, token = 'YOUR-TOKEN'): string {
  return `${how}:

${clientConfiguration(mcp, token)}

or, for Claude Code:

claude mcp add --transport http mctl ${mcp} --header "Authorization: Bearer ${token}"`;
}

function clientConfiguration(url: string, token: string): string {
  const headers = { Authorization: `Bearer ${token}` };
  return JSON.stringify({ mcpServers: { mctl: { type: 'http', url, headers } } }, null, 2);
}
