import { packageVersion } from '../platform/package-root';

export interface BannerFacts {
  /** Where this process listens. */
  readonly address: string;
  /** Where clients reach it; differs behind a proxy. */
  readonly publicUrl: string;
  readonly dataDir: string;
  readonly repository: string;
  /** The local administrator; undefined where local tokens are not taken. */
  readonly local: { readonly user: string; readonly token: string; readonly ttl: string } | undefined;
  /** Other credentials that are taken, in words. */
  readonly others: readonly string[];
  /** What whoever starts this must know, e.g. that the remote does not answer. */
  readonly notes: readonly string[];
}

/** What `npm start` shows. It may hold a token, so it goes to standard output and nowhere else. */
export function renderBanner(facts: BannerFacts): string {
  const { address, publicUrl, dataDir, repository, local, others, notes } = facts;
  const mcp = `${publicUrl}/mcp`;
  const more = local ? ['More tokens: npm run --silent mctl -- token --user LOGIN'] : [];
  const identity = local
    ? `You are     ${local.user}, platform administrator, with this token for ${local.ttl}:`
    : 'Local       tokens are not taken here';
  return `
MCTL ${packageVersion} listens on ${address}

  MCP         ${mcp}
  Connect     ${publicUrl}/connect
  REST docs   ${publicUrl}/docs
  Data        ${dataDir}
  Repository  ${repository}
${others.length > 0 ? `  Taken       ${others.join(', ')}\n` : ''}  ${identity}

${howToConnect(mcp, local?.token)}

${[...notes, ...more, 'Ctrl-C drains and stops.'].join('\n')}

`;
}

function howToConnect(mcp: string, token: string | undefined): string {
  const shown = token ?? 'YOUR-TOKEN';
  return `${token ? `${token}\n\n` : ''}Paste this into your MCP client's configuration:

${clientConfiguration(mcp, shown)}

or, for Claude Code:

claude mcp add --transport http mctl ${mcp} --header "Authorization: Bearer ${shown}"`;
}

function clientConfiguration(url: string, token: string): string {
  const headers = { Authorization: `Bearer ${token}` };
  return JSON.stringify({ mcpServers: { mctl: { type: 'http', url, headers } } }, null, 2);
}
