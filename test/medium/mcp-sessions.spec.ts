import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { Program } from '../support/program';
import { RawMcp, type RawAnswer } from '../support/raw-mcp';
import { tokenFor } from '../support/tokens';

const HELLO = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } };
const WHOAMI = { name: 'mctl_whoami', arguments: {} };
const NO_SESSION = '00000000-0000-4000-8000-000000000000';

/** Eight in all, so that one caller has two. */
const SETTINGS = { MCTL_MCP_SESSIONS: '8', MCTL_MCP_SESSION_IDLE: '24h' };

let program: Program;
let ada: RawMcp;
let ben: RawMcp;

beforeAll(async () => {
  program = await Program.start({ env: SETTINGS });
  ada = await as('ada');
  ben = await as('ben');
});

afterAll(() => program?.dispose());

async function as(login: string, ttlMs?: number): Promise<RawMcp> {
  return new RawMcp(program.url, await tokenFor(program.dataDir, login, ttlMs));
}

async function open(mcp: RawMcp): Promise<string> {
  const { status, headers } = await mcp.legacy('initialize', HELLO);
  expect(status).toBe(200);
  return headers.get('mcp-session-id') ?? '';
}

const within = (mcp: RawMcp, session: string, id?: number): Promise<RawAnswer> =>
  mcp.legacy('tools/call', WHOAMI, { id, headers: { 'Mcp-Session-Id': session } });

describe('sessions of the 2025 revisions', () => {
  it('opens one, serves it, and ends it for good', async () => {
    const session = await open(ada);
    expect(session).toMatch(/^[\x21-\x7e]{32,}$/);
    expect((await within(ada, session)).message.result.structuredContent.user).toBe('ada');
    const ended = await ada.send('DELETE', { 'Mcp-Session-Id': session, 'MCP-Protocol-Version': '2025-11-25' });
    expect(ended.status).toBe(200);
    expect((await within(ada, session)).status).toBe(404);
  });

  it('S04 answers somebody else as if there were no such session, and lets nobody else end it', async () => {
    const session = await open(ada);
    const ending = { 'MCP-Protocol-Version': '2025-11-25', Accept: 'text/event-stream' };
    for (const method of ['POST', 'GET', 'DELETE']) {
      const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: WHOAMI };
      const body = method === 'POST' ? JSON.stringify(call) : undefined;
      const headers = method === 'POST' ? { 'MCP-Protocol-Version': '2025-11-25' } : ending;
      const foreign = await ben.send(method, { ...headers, 'Mcp-Session-Id': session }, body);
      const unknown = await ben.send(method, { ...headers, 'Mcp-Session-Id': NO_SESSION }, body);
      expect([method, foreign.status, foreign.text]).toEqual([method, 404, unknown.text]);
    }
    expect((await within(ada, session)).status).toBe(200);
  });

  it('S04 takes every call of a session for who and what its own token says', async () => {
    const short = await as('ada', 600_000);
    const long = await as('ada', 7_200_000);
    const session = await open(short);
    const calls = Array.from({ length: 60 }, (_, id) => within(id % 2 ? long : short, session, id));
    const expiries = (await Promise.all(calls)).map(({ message }: RawAnswer) => [
      message.id,
      (Date.parse(message.result.structuredContent.expires_at as string) - Date.now()) / 3_600_000 > 1,
    ]);
    expect(expiries).toEqual(calls.map((_, id) => [id, id % 2 === 1]));
  });

  it('narrows lists and reads by what each request asks for, not by the first', async () => {
    const session = await open(ada);
    const ask = (method: string, params: object, toolsets?: string) =>
      ada.legacy(method, params, { headers: { 'Mcp-Session-Id': session, 'X-MCTL-Toolsets': toolsets } });
    const uris = async (toolsets?: string) => {
      const { message } = await ask('resources/list', {}, toolsets);
      return (message.result.resources as { uri: string }[]).map(({ uri }) => uri);
    };
    expect(await uris('services')).toEqual(['mctl://platform']);
    expect(await uris()).toEqual(['mctl://operations', 'mctl://platform']);
    const operations = { uri: 'mctl://operations' };
    const refused = await ask('resources/read', operations, 'services');
    expect(refused.message.error.data.code).toBe('outside_toolsets');
    const { message } = await ask('resources/read', operations);
    expect(message.result.contents).toEqual([expect.objectContaining(operations)]);
  });

  it('asks for a token on every request, whatever session it names', async () => {
    const session = await open(ada);
    expect((await within(new RawMcp(program.url, undefined), session)).status).toBe(401);
  });

  it('ends the oldest of a caller who opens more than their share, and of nobody else', async () => {
    const mine = await open(ben);
    const cleo = await as('cleo');
    const [first, second, third] = [await open(cleo), await open(cleo), await open(cleo)];
    const left = await Promise.all([first, second, third].map((session) => within(cleo, session)));
    expect(left.map(({ status }) => status)).toEqual([404, 200, 200]);
    expect((await within(ben, mine)).status).toBe(200);
  });

  it('refuses a further one with words where everybody together has all of them', async () => {
    const crowded = await Program.start({ env: { ...SETTINGS, MCTL_MCP_SESSIONS: '4' } });
    try {
      const answers: RawAnswer[] = [];
      for (const login of ['a1', 'a2', 'a3', 'a4', 'a5']) {
        const mcp = new RawMcp(crowded.url, await tokenFor(crowded.dataDir, login));
        answers.push(await mcp.legacy('initialize', HELLO));
      }
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 503]);
      expect(answers[4]?.headers.get('retry-after')).toBe('60');
      expect((answers[4]?.message).code).toBe('sessions_full');
    } finally {
      await crowded.dispose();
    }
  });

  it('serves the new revision, and old requests without a session, as if there were none', async () => {
    const headers = { 'Mcp-Session-Id': NO_SESSION };
    expect((await ada.modern('tools/call', WHOAMI, { headers })).message.result.structuredContent.user).toBe('ada');
    expect((await ada.legacy('tools/call', WHOAMI)).message.result.structuredContent.user).toBe('ada');
  });

  it('ends one that nobody uses, and the stream that listens to it', async () => {
    const idle = await Program.start({ env: { ...SETTINGS, MCTL_MCP_SESSION_IDLE: '1s' } });
    try {
      const token = await tokenFor(idle.dataDir, 'ada');
      const mcp = new RawMcp(idle.url, token);
      const session = await open(mcp);
      const headers = { Authorization: `Bearer ${token}`, Accept: 'text/event-stream', 'Mcp-Session-Id': session };
      const listening = get(new URL('/mcp', idle.url), { headers });
      const [stream] = (await once(listening, 'response')) as [IncomingMessage];
      expect(stream.statusCode).toBe(200);
      await once(stream.resume(), 'end');
      expect((await within(mcp, session)).status).toBe(404);
    } finally {
      await idle.dispose();
    }
  });
});
