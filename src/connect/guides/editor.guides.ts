import { markup } from '../../platform/http/pages';
import { type GuideFor, headersWith, json, mcpUrl, shellWord, TOKEN_VARIABLE } from './guide';

/** Source: cursor.com/docs/mcp (`url`, `headers`, `${env:NAME}`; no `type` for remote servers). */
export const cursor: GuideFor = (installation) => {
  const entry = { url: mcpUrl(installation), ...headersWith(installation, `\${env:${TOKEN_VARIABLE}}`) };
  return {
    id: 'cursor',
    name: 'Cursor',
    steps: [
      { into: '~/.cursor/mcp.json, or .cursor/mcp.json in a project', text: json({ mcpServers: { mctl: entry } }) },
      installation.offersOAuth
        ? markup`<p>In Cursor’s settings for MCP, mctl then asks for <strong>Connect</strong>: your browser opens.</p>`
        : markup`<p>Start Cursor where <code>${TOKEN_VARIABLE}</code> is set.</p>`,
    ],
  };
};

/** Source: code.visualstudio.com/docs/copilot/reference/mcp-configuration (`servers`, `type`, `inputs`; `code --add-mcp`). */
export const vscode: GuideFor = (installation) => {
  const server = { type: 'http', url: mcpUrl(installation), ...headersWith(installation, `\${input:mctl-token}`) };
  if (!installation.offersOAuth) {
    const inputs = [{ type: 'promptString', id: 'mctl-token', description: 'Token for MCTL', password: true }];
    return {
      id: 'vscode',
      name: 'VS Code with GitHub Copilot',
      steps: [
        { into: '.vscode/mcp.json', text: json({ inputs, servers: { mctl: server } }) },
        markup`<p>VS Code asks for the token when the server starts for the first time, and keeps it safe. The tools are there in agent mode.</p>`,
      ],
    };
  }
  return {
    id: 'vscode',
    name: 'VS Code with GitHub Copilot',
    steps: [
      { into: 'Terminal', text: `code --add-mcp ${shellWord(JSON.stringify({ name: 'mctl', ...server }))}` },
      markup`<p>or, for a team, in the repository:</p>`,
      { into: '.vscode/mcp.json', text: json({ servers: { mctl: server } }) },
      markup`<p>Start the server from that file or with <strong>MCP: List Servers</strong>: your browser opens. The tools are there in agent mode.</p>`,
    ],
  };
};

/** Source: geminicli.com/docs/tools/mcp-server (`httpUrl` is Streamable HTTP, `url` the old SSE; /mcp auth; variables in settings.json). */
export const gemini: GuideFor = (installation) => {
  const url = mcpUrl(installation);
  const entry = { httpUrl: url, ...headersWith(installation, `\${${TOKEN_VARIABLE}}`) };
  const file = {
    into: '~/.gemini/settings.json, or .gemini/settings.json in a project',
    text: json({ mcpServers: { mctl: entry } }),
  };
  if (!installation.offersOAuth) {
    return {
      id: 'gemini',
      name: 'Gemini CLI',
      steps: [file, markup`<p>Start Gemini CLI where <code>${TOKEN_VARIABLE}</code> is set.</p>`],
    };
  }
  return {
    id: 'gemini',
    name: 'Gemini CLI',
    steps: [
      { into: 'Terminal', text: `gemini mcp add --scope user --transport http mctl ${shellWord(url)}` },
      markup`<p>or the same by hand, in</p>`,
      file,
      markup`<p>Then type <code>/mcp auth mctl</code> in Gemini CLI: your browser opens.</p>`,
    ],
  };
};
