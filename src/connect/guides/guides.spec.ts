import { Markup } from '../../platform/http/pages';
import type { Installation } from '../installation';
import { type Guide, guidesFor, type Snippet } from '.';

const PUBLIC: Installation = {
  base: 'https://mctl.example.org',
  isLoopback: false,
  offersOAuth: true,
  takesLocalTokens: false,
  tokenCommand: (login = 'LOGIN') => `npm run --silent mctl -- token --user ${login}`,
  takesGithubTokens: false,
  issuers: [],
  takesCiJobs: false,
};
const WITHOUT_OAUTH: Installation = { ...PUBLIC, offersOAuth: false, takesGithubTokens: true };
const LOCAL: Installation = {
  ...PUBLIC,
  base: 'http://127.0.0.1:8080',
  isLoopback: true,
  takesLocalTokens: true,
};
const EVERYTHING: Installation = {
  ...PUBLIC,
  takesGithubTokens: true,
  takesCiJobs: true,
  issuers: [{ issuer: 'https://dex.example.org', audiences: ['portal', 'cli'] }],
};

const idsOf = (installation: Installation) => guidesFor(installation).map(({ id }) => id);
const guide = (installation: Installation, id: string) =>
  guidesFor(installation, 'ada').find((each) => each.id === id) as Guide;
const snippets = ({ steps }: Guide) => steps.filter((step): step is Snippet => !(step instanceof Markup));
const words = ({ steps }: Guide) => steps.map((step) => (step instanceof Markup ? step.text : '')).join('\n');
const isJson = ({ text }: Snippet) => text.startsWith('{');
const jsonOf = (each: Guide) => JSON.parse(snippets(each).find(isJson)?.text ?? '') as unknown;
const commandOf = (each: Guide) => snippets(each).find((snippet) => !isJson(snippet))?.text;

const URL = 'https://mctl.example.org/mcp';

describe('configurations where clients sign in by OAuth', () => {
  it.each([
    ['claude-code', { mcpServers: { mctl: { type: 'http', url: URL } } }],
    ['cursor', { mcpServers: { mctl: { url: URL } } }],
    ['vscode', { servers: { mctl: { type: 'http', url: URL } } }],
    ['copilot-cli', { mcpServers: { mctl: { type: 'http', url: URL, tools: ['*'] } } }],
    ['gemini', { mcpServers: { mctl: { httpUrl: URL } } }],
    ['other', { mcpServers: { mctl: { type: 'http', url: URL } } }],
  ])('are the address and nothing of a token: %s', (id, expected) => {
    expect(jsonOf(guide(PUBLIC, id))).toEqual(expected);
  });

  it.each([
    ['claude-code', `claude mcp add --transport http mctl ${URL}`],
    ['vscode', `code --add-mcp '{"name":"mctl","type":"http","url":"${URL}"}'`],
    ['gemini', `gemini mcp add --scope user --transport http mctl ${URL}`],
    ['claude', URL],
  ])('have the one line that does it: %s', (id, expected) => {
    expect(commandOf(guide(PUBLIC, id))).toBe(expected);
  });

  it('leave out what needs a token where none is taken, and say so of the agent that needs one', () => {
    expect(idsOf(PUBLIC)).toEqual([
      'claude-code',
      'claude',
      'cursor',
      'vscode',
      'copilot-cli',
      'copilot-agent',
      'gemini',
      'other',
    ]);
    expect(snippets(guide(PUBLIC, 'copilot-agent'))).toEqual([]);
    expect(words(guide(PUBLIC, 'copilot-agent'))).toContain('MCTL_GITHUB_TOKENS');
  });
});

describe('configurations where a token goes into a header', () => {
  it.each([
    ['claude-code', { mcpServers: { mctl: { type: 'http', url: URL, headers: bearer('${PLATFORM_TOKEN}') } } }],
    ['cursor', { mcpServers: { mctl: { url: URL, headers: bearer('${env:PLATFORM_TOKEN}') } } }],
    [
      'vscode',
      {
        inputs: [{ type: 'promptString', id: 'mctl-token', description: 'Token for MCTL', password: true }],
        servers: { mctl: { type: 'http', url: URL, headers: bearer('${input:mctl-token}') } },
      },
    ],
    [
      'copilot-cli',
      { mcpServers: { mctl: { type: 'http', url: URL, headers: bearer('${PLATFORM_TOKEN}'), tools: ['*'] } } },
    ],
    ['gemini', { mcpServers: { mctl: { httpUrl: URL, headers: bearer('${PLATFORM_TOKEN}') } } }],
    ['other', { mcpServers: { mctl: { type: 'http', url: URL, headers: bearer('${PLATFORM_TOKEN}') } } }],
  ])('name where the token is, as that client reads it: %s', (id, expected) => {
    expect(jsonOf(guide(WITHOUT_OAUTH, id))).toEqual(expected);
  });

  it('say of connectors that they cannot', () => {
    expect(words(guide(WITHOUT_OAUTH, 'claude'))).toContain('MCTL_OAUTH=true');
    expect(snippets(guide(WITHOUT_OAUTH, 'claude'))).toEqual([]);
  });

  it('give the agent that asks nobody one variable, and tools that read', () => {
    expect(jsonOf(guide(EVERYTHING, 'copilot-agent'))).toMatchObject({
      mcpServers: {
        mctl: {
          type: 'http',
          url: URL,
          headers: { Authorization: '$COPILOT_MCP_MCTL_AUTHORIZATION' },
          tools: expect.arrayContaining(['mctl_whoami']) as unknown,
        },
      },
    });
  });
});

function bearer(reference: string) {
  return { Authorization: `Bearer ${reference}` };
}

describe('a token', () => {
  it('comes from where this installation takes one, and the page tells how', () => {
    expect(commandOf(guide(LOCAL, 'token'))).toBe('export PLATFORM_TOKEN=$(npm run --silent mctl -- token --user ada)');
    expect(commandOf(guide(WITHOUT_OAUTH, 'token'))).toBe('export PLATFORM_TOKEN=$(gh auth token)');
    expect(words(guide(EVERYTHING, 'token'))).toContain('https://dex.example.org');
    expect(words(guide(EVERYTHING, 'token'))).toContain('portal or cli');
  });

  it('is for whoever is told where nobody has signed in', () => {
    const anybody = guidesFor(LOCAL).find(({ id }) => id === 'token') as Guide;
    expect(commandOf(anybody)).toContain('--user LOGIN');
  });
});

describe('an installation on one machine', () => {
  it('has Claude Desktop by a program here, for Claude’s servers cannot reach it', () => {
    expect(jsonOf(guide(LOCAL, 'claude'))).toEqual({
      mcpServers: { mctl: { command: 'npx', args: ['-y', 'mcp-remote', 'http://127.0.0.1:8080/mcp'] } },
    });
    expect(snippets(guide(LOCAL, 'copilot-agent'))).toEqual([]);
  });

  it('has the same with a header where there is no OAuth', () => {
    expect(jsonOf(guide({ ...LOCAL, offersOAuth: false }, 'claude'))).toEqual({
      mcpServers: {
        mctl: {
          command: 'npx',
          args: ['-y', 'mcp-remote', 'http://127.0.0.1:8080/mcp', '--header', 'Authorization:${AUTHORIZATION}'],
          env: { AUTHORIZATION: 'Bearer YOUR-TOKEN' },
        },
      },
    });
  });
});

it('an address with characters of the shell stays one word', () => {
  const odd = { ...WITHOUT_OAUTH, base: "https://mctl.example.org/it's$(here)" };
  expect(commandOf(guide(odd, 'curl'))).toBe(
    String.raw`curl -sS -H "Authorization: Bearer $PLATFORM_TOKEN" 'https://mctl.example.org/it'\''s$(here)/api/v1/whoami'`,
  );
});

it('GitHub Actions are there where their jobs are taken', () => {
  expect(idsOf({ ...PUBLIC, takesCiJobs: true })).toContain('actions');
  expect(idsOf(EVERYTHING)).toEqual([...idsOf(PUBLIC), 'curl', 'actions', 'token']);
});
