import { markup } from '../../platform/http/pages';
import { takesTokens } from '../installation';
import { type GuideFor, headersWith, json, mcpUrl, TOKEN_VARIABLE } from './guide';

/** Tools for an agent that asks nobody before it calls: they read, and have no log lines in their answers. */
export const UNATTENDED_TOOLS = [
  'mctl_whoami',
  'mctl_list_services',
  'mctl_get_service_status',
  'mctl_get_service_config',
  'mctl_list_incidents',
  'mctl_list_workflows',
] as const;

/** Must begin with `COPILOT_MCP_`: no other variable reaches the configuration. */
const SECRET = 'COPILOT_MCP_MCTL_AUTHORIZATION';

/** Source: docs.github.com, "Adding MCP servers for GitHub Copilot CLI" (`tools` is required; variables as in a shell). */
export const copilotCli: GuideFor = (installation) => {
  const entry = {
    type: 'http',
    url: mcpUrl(installation),
    ...headersWith(installation, `\${${TOKEN_VARIABLE}}`),
    tools: ['*'],
  };
  return {
    id: 'copilot-cli',
    name: 'GitHub Copilot CLI',
    steps: [
      { into: '~/.copilot/mcp-config.json', text: json({ mcpServers: { mctl: entry } }) },
      installation.offersOAuth
        ? markup`<p>Copilot opens your browser when it connects. To sign in anew: <code>/mcp auth mctl</code>.</p>`
        : markup`<p>Start Copilot where <code>${TOKEN_VARIABLE}</code> is set.</p>`,
    ],
  };
};

/** Source: docs.github.com, "Extending GitHub Copilot cloud agent with MCP": no OAuth; a header's value may be one variable. */
export const copilotAgent: GuideFor = (installation) => {
  const cannot = whyNoAgent(installation);
  if (cannot !== undefined) {
    return { id: 'copilot-agent', name: 'GitHub Copilot cloud agent', steps: [markup`<p>${cannot}</p>`] };
  }
  const entry = {
    type: 'http',
    url: mcpUrl(installation),
    headers: { Authorization: `$${SECRET}` },
    tools: UNATTENDED_TOOLS,
  };
  return {
    id: 'copilot-agent',
    name: 'GitHub Copilot cloud agent',
    steps: [
      markup`<p>In the repository: <strong>Settings → Copilot → Cloud agent → MCP configuration</strong>.</p>`,
      { into: 'MCP configuration', text: json({ mcpServers: { mctl: entry } }) },
      markup`<p>In <strong>Settings → Environments → copilot</strong> add a secret <code>${SECRET}</code> whose value is <code>Bearer</code>, a space and the token. Whatever the agent does, it does as the person of that token and without asking: the tools above only read. MCTL must be reachable from GitHub.</p>`,
    ],
  };
};

function whyNoAgent(installation: Parameters<GuideFor>[0]): string | undefined {
  if (installation.isLoopback) return 'It runs at GitHub, which cannot reach this machine.';
  if (takesTokens(installation)) return undefined;
  return 'It does not speak OAuth, and this installation takes no token that it could be given. Whoever runs MCTL may switch GitHub tokens on (MCTL_GITHUB_TOKENS) or name an issuer (MCTL_OIDC_ISSUERS).';
}
