import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { RestTestClient } from '../support/clients';
import { MCP_HEADERS } from '../support/doors';
import type { Loose } from '../support/loose';
import { Program } from '../support/program';
import { RawMcp } from '../support/raw-mcp';
import { tokenFor } from '../support/tokens';

const SERVER_INFO = 'io.modelcontextprotocol/serverInfo';
const VERSION = 'io.modelcontextprotocol/protocolVersion';
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';

let program: Program;
let token: string;
let mcp: RawMcp;

beforeAll(async () => {
  program = await Program.start();
  token = await tokenFor(program.dataDir, 'admin');
  mcp = new RawMcp(program.url, token);
});

afterAll(() => program?.dispose());

async function tenants(): Promise<number> {
  const { body } = await new RestTestClient(program.url, token).get('/api/v1/tenants?limit=200');
  return (body.items as unknown[]).length;
}

describe('revision 2026-07-28', () => {
  const write = { name: 'mctl_create_tenant', arguments: { team: 'nobody', wait_seconds: 25 } };
  // In the order of the specification: what comes first in this list is what is answered where several things are wrong.
  const gate: [string, number, number, Parameters<RawMcp['modern']>[2]][] = [
    ['no Mcp-Method', 400, -32020, { headers: { 'Mcp-Method': undefined } }],
    ['another Mcp-Method than the body', 400, -32020, { headers: { 'Mcp-Method': 'tools/list' } }],
    ['no Mcp-Name', 400, -32020, { headers: { 'Mcp-Name': undefined } }],
    ['another Mcp-Name than the body', 400, -32020, { headers: { 'Mcp-Name': 'mctl_whoami' } }],
    ['an Mcp-Name that is no base64', 400, -32020, { headers: { 'Mcp-Name': '=?base64?!?=' } }],
    ['another version in the header', 400, -32020, { headers: { 'MCP-Protocol-Version': '2025-11-25' } }],
    ['no client capabilities', 400, -32602, { meta: { [CAPABILITIES]: undefined } }],
    [
      'an unknown version',
      400,
      -32022,
      { headers: { 'MCP-Protocol-Version': '2031-01-01' }, meta: { [VERSION]: '2031-01-01' } },
    ],
  ];

  it.each(gate)('S02 refuses %s with %d and %d, under the id of the request, and writes nothing', async (...row) => {
    const [, status, code, options] = row;
    const before = await tenants();
    const answer = await mcp.modern('tools/call', write, { ...options, id: 'the-id' });
    expect([answer.status, answer.message.error.code]).toEqual([status, code]);
    expect(answer.message.id).toBe('the-id');
    expect(await tenants()).toBe(before);
  });

  it('S02 says which versions there are to whoever asks for another', async () => {
    const headers = { 'MCP-Protocol-Version': '2031-01-01' };
    const { message } = await mcp.modern('tools/list', {}, { headers, meta: { [VERSION]: '2031-01-01' } });
    expect(message.error.data).toEqual({ supported: ['2026-07-28'], requested: '2031-01-01' });
  });

  it('S02 asks for a token before it looks at anything of the protocol', async () => {
    const answer = await new RawMcp(program.url, undefined).modern(
      'nonsense',
      {},
      { headers: { 'Mcp-Method': 'else' } },
    );
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer /);
  });

  it.each(['initialize', 'ping', 'logging/setLevel', 'resources/subscribe', 'tasks/result', 'tools/dance'])(
    'answers 404 to %s, which it does not have',
    async (method) => {
      const { status, message } = await mcp.modern(method);
      expect([status, message.error.code]).toEqual([404, -32601]);
    },
  );

  it('refuses an unknown tool and a bad call as such, not as an unknown method', async () => {
    const unknown = await mcp.modern('tools/call', { name: 'mctl_nothing', arguments: {} });
    expect([unknown.status, unknown.message.error.code]).toEqual([200, -32602]);
    const bad = await mcp.modern('tools/call', { name: 'mctl_whoami', arguments: 'all of them' });
    expect(bad.message.error.code).toBe(-32602);
  });

  it.each<[string, Loose, string]>([
    ['tools/list', { cursor: 5 }, 'cursor'],
    ['tools/list', { cursor: 'no-such-page' }, 'cursor'],
    ['prompts/list', { cursor: 'no-such-page' }, 'cursor'],
    ['resources/list', { cursor: 'no-such-page' }, 'cursor'],
    ['resources/templates/list', { cursor: 'no-such-page' }, 'cursor'],
    ['prompts/get', { name: 'triage_incident', arguments: { team: 5 } }, 'arguments.team'],
    ['resources/read', { uri: 7, name: 'no uri' }, 'uri'],
    ['completion/complete', { ref: { type: 'ref/prompt', name: 'triage_incident' } }, 'argument'],
  ])('refuses %s with %j as -32602 of one line that names the field, in both eras', async (method, params, field) => {
    const headers = method === 'resources/read' ? { 'Mcp-Name': '7' } : {};
    for (const { message } of [await mcp.modern(method, params, { headers }), await mcp.legacy(method, params)]) {
      expect([message.error?.code, message.error?.message]).toEqual([-32602, expect.stringContaining(`${field}:`)]);
      expect(message.error.message).not.toMatch(/[\n[{]/);
    }
  });

  it('takes an empty cursor, which is one, for the first page', async () => {
    for (const method of ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list']) {
      const { message } = await mcp.modern(method, { cursor: '' });
      expect([method, message.error]).toEqual([method, undefined]);
    }
  });

  it('answers an address with bounds that it cannot read under the id of the request', async () => {
    const headers = { 'X-MCTL-Toolsets': 'services,foo' };
    for (const answer of [
      await mcp.modern('tools/list', {}, { headers, id: 'the-id' }),
      await mcp.legacy('tools/list', {}, { headers, id: 'the-id' }),
    ]) {
      const { id, error } = answer.message;
      expect([answer.status, id, error.code, error.data.code]).toEqual([400, 'the-id', -32602, 'invalid_input']);
      expect(error.message).toContain('Name toolsets once');
    }
  });

  it('S06 declares nothing that it does not answer, and who it is on every result', async () => {
    const { message } = await mcp.modern('server/discover');
    const { supportedVersions, capabilities, instructions, ttlMs, cacheScope, _meta } = message.result;
    expect(supportedVersions).toEqual(['2026-07-28']);
    expect(instructions).toContain('mctl_whoami');
    expect([ttlMs, cacheScope]).toEqual([300_000, 'public']);
    expect(_meta[SERVER_INFO]).toMatchObject({ name: 'mctl', title: 'MCTL' });
    for (const [capability, method] of Object.entries({
      tools: 'tools/list',
      prompts: 'prompts/list',
      resources: 'resources/list',
    })) {
      expect([method, (await mcp.modern(method)).status]).toEqual([method, capability in capabilities ? 200 : 404]);
    }
    const completion = await mcp.modern('completion/complete', {
      ref: { type: 'ref/prompt', name: 'none' },
      argument: { name: 'team', value: '' },
    });
    expect(completion.status === 404).toBe(!('completions' in capabilities));
  });

  it('S06 lets nobody share a list that depends on its caller', async () => {
    const other = new RawMcp(program.url, await tokenFor(program.dataDir, 'nobody'));
    const [all, few] = await Promise.all([mcp.modern('tools/list'), other.modern('tools/list')]);
    for (const { message } of [all, few]) {
      expect(message.result).toMatchObject({ resultType: 'complete', ttlMs: 60_000, cacheScope: 'private' });
      expect(message.result._meta[SERVER_INFO].name).toBe('mctl');
    }
    expect(all.message.result.tools.length).toBeGreaterThan(few.message.result.tools.length);
  });

  it('takes a notification without a word', async () => {
    const headers = { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'notifications/cancelled' };
    const meta = { [VERSION]: '2026-07-28', [CAPABILITIES]: {} };
    const params = { requestId: 7, _meta: meta };
    const { status, text } = await mcp.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params }, headers);
    expect([status, text]).toEqual([202, '']);
  });
});

describe('both eras on one endpoint', () => {
  it.each([
    ['2025-06-18', '2025-06-18'],
    ['2025-11-25', '2025-11-25'],
    ['2026-07-28', '2025-11-25'],
    // Not served: their clients may send batches, or want the transport of 2024.
    ['2025-03-26', '2025-11-25'],
    ['2024-11-05', '2025-11-25'],
  ])('agrees with an initialize of %s on %s, and opens no session', async (asked, agreed) => {
    const params = { protocolVersion: asked, capabilities: {}, clientInfo: { name: 'raw', version: '1' } };
    const { status, headers, message } = await mcp.legacy('initialize', params, {
      headers: { 'MCP-Protocol-Version': undefined },
    });
    expect([status, message.result.protocolVersion]).toEqual([200, agreed]);
    expect(headers.get('mcp-session-id')).toBeNull();
  });

  it.each(['2025-03-26', '2024-11-05', '2024-10-07'])('refuses a header of %s, and says what there is', async (old) => {
    const { status, message } = await mcp.legacy(
      'tools/list',
      {},
      { headers: { 'MCP-Protocol-Version': old }, id: 'the-id' },
    );
    expect([status, message.id, message.error.code]).toEqual([400, 'the-id', -32000]);
    expect(message.error.message).toContain('2026-07-28, 2025-11-25, 2025-06-18');
  });

  it('keeps what belongs to the new revision out of the old ones', async () => {
    const { message } = await mcp.legacy('tools/list');
    expect(Object.keys(message.result)).toEqual(['tools']);
    const { message: one } = await mcp.legacy('tools/call', { name: 'mctl_whoami', arguments: {} });
    expect(Object.keys(one.result as object).sort()).toEqual(['content', 'structuredContent']);
  });

  it('answers 2025 with one document, and as a stream where progress is asked for', async () => {
    const call = { name: 'mctl_whoami', arguments: {} };
    const plain = await mcp.legacy('tools/call', call);
    const told = await mcp.legacy('tools/call', { ...call, _meta: { progressToken: 1 } });
    expect(plain.headers.get('content-type')).toBe('application/json');
    expect(told.headers.get('content-type')).toBe('text/event-stream');
    expect(told.message).toEqual(plain.message);
  });

  it.each<[string, number, Record<string, string>]>([
    ['who takes no streams', 406, { Accept: 'application/json' }],
    ['a version that never was', 400, { 'MCP-Protocol-Version': '2025-01-01' }],
  ])('refuses %s with %d', async (_, status, headers) => {
    const answer = await mcp.legacy('tools/list', {}, { headers });
    expect([answer.status, answer.message.error.code]).toEqual([status, -32000]);
  });

  it('refuses what is no message of the protocol, and a method that is none', async () => {
    const { status, message } = await mcp.post({ jsonrpc: '1.0', id: 1, method: 'tools/list' });
    expect([status, message.error.code]).toEqual([400, -32600]);
    expect((await mcp.legacy('tools/lists')).message.error.code).toBe(-32601);
  });

  it('knows a task parameter of 2025-11-25 as little as its methods', async () => {
    const call = { name: 'mctl_whoami', arguments: {}, task: { ttl: 1000 } };
    for (const { message } of [await mcp.legacy('tools/call', call), await mcp.modern('tools/call', call)]) {
      expect(message.result.structuredContent.user).toBe('admin');
    }
    expect((await mcp.legacy('tasks/list')).message.error.code).toBe(-32601);
  });

  it.each(['GET', 'DELETE'])('has no stream to open and none to end: %s', async (method) => {
    const { status, headers, message } = await mcp.send(method);
    expect([status, headers.get('allow'), message.error.code]).toEqual([405, 'POST', -32000]);
  });

  it('S04 answers everybody with their own, however their requests and ids interleave', async () => {
    const people = ['ada', 'ben', 'cleo'];
    const doors = await Promise.all(
      people.map(async (login) => new RawMcp(program.url, await tokenFor(program.dataDir, login))),
    );
    const rounds = Array.from({ length: 40 }, (_, id) => id);
    const call = { name: 'mctl_whoami', arguments: {} };
    const answers = await Promise.all(
      rounds.flatMap((id) =>
        doors.flatMap((door) => [door.modern('tools/call', call, { id }), door.legacy('tools/call', call, { id })]),
      ),
    );
    const found = answers.map(({ message }) => `${message.id} ${message.result.structuredContent.user}`);
    expect(found).toEqual(rounds.flatMap((id) => people.flatMap((login) => [`${id} ${login}`, `${id} ${login}`])));
  });
});

describe('progress, and a client that goes away', () => {
  const eras = ['2026-07-28', '2025-11-25'] as const;

  function createTenant(era: string, team: string, progressToken?: string): ClientRequest {
    const meta = { [VERSION]: era, [CAPABILITIES]: {} };
    const params = {
      name: 'mctl_create_tenant',
      arguments: { team, wait_seconds: 25, idempotency_key: `key-of-${team}` },
      _meta: { ...(era === '2026-07-28' && meta), ...(progressToken && { progressToken }) },
    };
    const named = { 'Mcp-Method': 'tools/call', 'Mcp-Name': params.name };
    const headers = { ...MCP_HEADERS, Authorization: `Bearer ${token}`, 'MCP-Protocol-Version': era };
    const sent = request(new URL('/mcp', program.url), {
      method: 'POST',
      headers: { ...headers, ...(era === '2026-07-28' && named) },
    });
    return sent.end(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }));
  }

  const responseTo = async (sent: ClientRequest): Promise<IncomingMessage> => {
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return response.setEncoding('utf8');
  };

  async function messagesOf(sent: ClientRequest): Promise<Loose[]> {
    let text = '';
    for await (const chunk of await responseTo(sent)) text += chunk as string;
    return text
      .split('\n')
      .filter((line) => line.startsWith('data: {'))
      .map((line) => JSON.parse(line.slice('data: '.length)));
  }

  it.each(eras)('tells progress that only grows, before the answer, to whoever asked for it (%s)', async (era) => {
    const messages = await messagesOf(createTenant(era, `progress-${era.slice(0, 4)}`, 'mine'));
    const steps = messages.slice(0, -1);
    expect(messages.at(-1).result.structuredContent.operation.status).toBe('succeeded');
    expect(steps.length).toBeGreaterThan(0);
    for (const { method, params } of steps) {
      expect([method, params.progressToken]).toEqual(['notifications/progress', 'mine']);
    }
    const values = steps.map(({ params }) => params.progress as number);
    expect(values).toEqual([...new Set(values)].sort((a, b) => a - b));
  });

  it.each(eras)('S05 brings a write to its end exactly once when its client is gone (%s)', async (era) => {
    const team = `gone-${era.slice(0, 4)}`;
    const sent = createTenant(era, team, 'watching');
    // The first word about progress comes after the write was accepted.
    await once(await responseTo(sent), 'data');
    sent.destroy();
    const rest = new RestTestClient(program.url, token);
    const again = await rest.execute('create-tenant', { team, idempotency_key: `key-of-${team}`, wait_seconds: 25 });
    expect(again.body.operation.status).toBe('succeeded');
    const commits = ['rev-list', '--count', 'HEAD', '--', `:(glob)**/*${team}*`, `:(glob)**/${team}/**`];
    expect(execFileSync('git', ['--git-dir', program.gitDir, ...commits], { encoding: 'utf8' }).trim()).toBe('1');
    expect(program.isRunning).toBe(true);
  });
});
