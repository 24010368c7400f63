import { packageVersion } from '../platform/package-root';

export interface BannerFacts {
  /** Where this process listens. */
  readonly address: string;
  /** Where clients reach it; differs behind a proxy. */
  readonly publicUrl: string;
  readonly dataDir: string;
  readonly repository: string;
  readonly user: string;
  readonly token: string;
  readonly tokenTtl: string;
  /** What whoever starts this must know, e.g. that the remote does not answer. */
  readonly notes: readonly string[];
}

/** What `npm start` shows. It holds a token, so it goes to standard output and nowhere else. */
export function renderBanner(facts: BannerFacts): string {
  const { address, publicUrl, dataDir, repository, user, token, tokenTtl, notes } = facts;
  const mcp = `${publicUrl}/mcp`;
  return `
MCTL ${packageVersion} listens on ${address}

  MCP         ${mcp}
  REST docs   ${publicUrl}/docs
  Data        ${dataDir}
  Repository  ${repository}
  You are     ${user}, platform administrator, with this token for ${tokenTtl}:

${token}

Paste this into your MCP client's configuration:

${clientConfiguration(mcp, token)}

or, for Claude Code:

claude mcp add --transport http mctl ${mcp} --header "Authorization: Bearer ${token}"

${[...notes, 'More tokens: npm run --silent mctl -- token --user LOGIN', 'Ctrl-C drains and stops.'].join('\n')}

`;
}

function clientConfiguration(url: string, token: string): string {
  const headers = { Authorization: `Bearer ${token}` };
  return JSON.stringify({ mcpServers: { mctl: { type: 'http', url, headers } } }, null, 2);
}
