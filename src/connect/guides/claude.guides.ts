import { markup } from '../../platform/http/pages';
import { type Guide, type GuideFor, headersWith, json, mcpUrl, shellWord, type Snippet, TOKEN_VARIABLE } from './guide';

/** Source: code.claude.com/docs/en/mcp (transport http; `${VAR}` is expanded in headers of .mcp.json; /mcp signs in). */
export const claudeCode: GuideFor = (installation) => {
  const url = mcpUrl(installation);
  const file: Snippet = {
    into: '.mcp.json, in a project',
    text: json({ mcpServers: { mctl: { type: 'http', url, ...headersWith(installation, `\${${TOKEN_VARIABLE}}`) } } }),
  };
  const steps = installation.offersOAuth
    ? [
        { into: 'Terminal', text: `claude mcp add --transport http mctl ${shellWord(url)}` },
        markup`<p>Then type <code>/mcp</code> in Claude Code, choose <strong>mctl</strong> and authenticate: your browser opens. For a whole team, in the repository instead:</p>`,
        file,
      ]
    : [
        file,
        markup`<p>Start Claude Code where <code>${TOKEN_VARIABLE}</code> is set. <code>claude mcp add --header</code> would write the token itself into a file.</p>`,
      ];
  return { id: 'claude-code', name: 'Claude Code', steps };
};

/**
 * Source: support.claude.com, "Get started with custom connectors using remote MCP" and "Building custom integrations via remote MCP
 * servers": connectors are OAuth only and come from Anthropic's servers, for Claude Desktop too.
 */
export const claude: GuideFor = (installation) => {
  if (installation.isLoopback) return claudeDesktopHere(installation);
  if (!installation.offersOAuth) {
    return {
      id: 'claude',
      name: 'Claude on the web, desktop and phone',
      steps: [
        markup`<p>Connectors of Claude sign in by OAuth, and this installation does not offer it. Whoever runs MCTL must set <code>MCTL_OAUTH=true</code> and a browser sign-in. Claude Code works without.</p>`,
      ],
    };
  }
  return {
    id: 'claude',
    name: 'Claude on the web, desktop and phone',
    steps: [
      markup`<p>In <strong>Customize → Connectors</strong> (older versions: Settings → Connectors) choose <strong>Add custom connector</strong>, call it MCTL and enter this address. Leave client id and secret empty. On Team and Enterprise plans an owner adds it first. Then <strong>Connect</strong>: your browser opens.</p>`,
      { into: 'Remote MCP server URL', text: mcpUrl(installation) },
      markup`<p class="quiet">Anthropic’s servers must reach this address from the internet; a network of your own is not enough.</p>`,
    ],
  };
};

/** Sources: README of npm package mcp-remote (--header, variables); modelcontextprotocol.io, "Connect to local MCP servers" (the file). */
function claudeDesktopHere(installation: Parameters<GuideFor>[0]): Guide {
  const url = mcpUrl(installation);
  const args = ['-y', 'mcp-remote', url];
  const entry = installation.offersOAuth
    ? { command: 'npx', args }
    : {
        command: 'npx',
        // Without a space: Claude Desktop on Windows does not quote arguments.
        args: [...args, '--header', `Authorization:\${AUTHORIZATION}`],
        env: { AUTHORIZATION: 'Bearer YOUR-TOKEN' },
      };
  return {
    id: 'claude',
    name: 'Claude Desktop',
    steps: [
      markup`<p>Connectors of Claude come from Anthropic’s servers, which cannot reach this machine. Claude Desktop connects by a small program instead; it needs Node. In <strong>Settings → Developer → Edit Config</strong>:</p>`,
      { into: 'claude_desktop_config.json', text: json({ mcpServers: { mctl: entry } }) },
      markup`<p>Restart Claude Desktop.${installation.offersOAuth ? ' Your browser opens, and asks whether it may.' : ' Put your token where it says YOUR-TOKEN, and keep the file to yourself.'}</p>`,
    ],
  };
}
