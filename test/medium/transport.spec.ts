import { connect, type Socket } from 'node:net';
import { EventEmitter, once } from 'node:events';
import { Gitops } from '../../src/platform/gitops';
import { bearer, callMcp, lastMessage, MCP_HEADERS } from '../support/doors';
import { furnish, PEOPLE, signedIn } from '../support/furnish';
import { GITHUB_NOWHERE } from '../support/github-settings';
import { connectEra } from '../support/mcp-eras';
import { commitsOf } from '../support/plain-git';
import { Program } from '../support/program';
import { rawRequest } from '../support/raw-http';
import { ScratchApp } from '../support/scratch-app';
import { tokenFor } from '../support/tokens';

/** Interleaved calls of two users with the same JSON-RPC ids. */
const INTERLEAVED = 1_000;
const LANES = 8;
const ASSISTANT = 'https://assistant.example.org';

let program: Program;
let token: string;

beforeAll(async () => {
  program = await Program.start({
    env: { MCTL_OPEN_REQUESTS_PER_MINUTE: '100000', ...GITHUB_NOWHERE },
  });
  await furnish(program, { open: false });
  token = await tokenFor(program.dataDir, 'admin');
});

afterAll(() => program?.dispose());

const ask = (path: string, init: RequestInit = {}, url = program.url) => fetch(new URL(path, url), init);
const raw = (lines: readonly string[], body = '') => rawRequest(program.url, lines, body);

/** A message as the 2026 wire has it. */
const modern = (method: string, params: object) => ({
  jsonrpc: '2.0',
  id: 1,
  method,
  params: {
    ...params,
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'transport', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
});

describe('requests that can be read in two ways', () => {
  it('S01 are refused: another host in the request line, two hosts, two types', async () => {
    const auth = `Authorization: Bearer ${token}`;
    const status = async (...lines: string[]) => (await raw(lines)).status;
    expect(await status('GET /api/v1/whoami HTTP/1.1', 'Host: localhost', auth)).toBe(200);
    expect(await status('GET http://evil.example/api/v1/whoami HTTP/1.1', 'Host: localhost', auth)).toBe(400);
    expect(await status('GET http://localhost/api/v1/whoami HTTP/1.1', 'Host: localhost', auth)).toBe(400);
    expect(await status('GET /api/v1/whoami HTTP/1.1', 'Host: localhost', 'Host: evil.example', auth)).toBe(400);
    expect(await status('GET /api/v1/whoami HTTP/1.1', auth)).toBe(400);
    expect(
      (
        await raw(
          ['POST /mcp HTTP/1.1', 'Host: localhost', auth, 'Content-Type: application/json', 'Content-Type: text/plain'],
          '{}',
        )
      ).status,
    ).toBe(400);
  });

  it('S02 are refused: line breaks in headers, two lengths, length and chunks, too many or too large headers', async () => {
    const post = (...lines: string[]) => raw(['POST /mcp HTTP/1.1', 'Host: localhost', ...lines], '{}');
    expect((await post('Content-Length: 2', 'Content-Length: 3')).status).toBe(400);
    expect((await post('Content-Length: 2', 'Transfer-Encoding: chunked')).status).toBe(400);
    expect((await post('X-A: b\rX-C: d')).status).toBe(400);
    expect((await post('X-A : b')).status).toBe(400);
    expect((await post(...Array.from({ length: 150 }, (_, index) => `X-${index}: a`))).status).toBe(431);
    expect((await post(`X-Large: ${'x'.repeat(20_000)}`)).status).toBe(431);
  });
});

describe('the 2026 wire', () => {
  const call = (name: string, args: object) => modern('tools/call', { name, arguments: args });
  const CREATE = call('mctl_create_tenant', { team: 'smuggled', wait_seconds: 25 });
  const GOOD = {
    'MCP-Protocol-Version': '2026-07-28',
    'Mcp-Method': 'tools/call',
    'Mcp-Name': 'mctl_create_tenant',
  };
  const send = async (headers: Record<string, string | undefined>, body: object = CREATE) => {
    const given = Object.entries({ ...MCP_HEADERS, ...bearer(token), ...GOOD, ...headers });
    const kept = given.filter((each): each is [string, string] => each[1] !== undefined);
    const response = await ask('/mcp', { method: 'POST', headers: kept, body: JSON.stringify(body) });
    const { error } = lastMessage(await response.text());
    return [response.status, error?.code];
  };
  const base64 = (text: string) => `=?base64?${Buffer.from(text).toString('base64')}?=`;

  it.each([
    ['another method', { 'Mcp-Method': 'tools/list' }],
    ['no method', { 'Mcp-Method': undefined }],
    ['the method twice', { 'Mcp-Method': 'tools/call, tools/call' }],
    ['the method in another case', { 'Mcp-Method': 'Tools/Call' }],
    ['another name', { 'Mcp-Name': 'mctl_whoami' }],
    ['no name', { 'Mcp-Name': undefined }],
    ['the name twice', { 'Mcp-Name': 'mctl_create_tenant, mctl_create_tenant' }],
    ['another name in base64', { 'Mcp-Name': base64('mctl_whoami') }],
    ['a name in broken base64', { 'Mcp-Name': '=?base64?%%%?=' }],
    ['another version', { 'MCP-Protocol-Version': '2025-11-25' }],
  ])('S02 refuses %s than the body has, and does nothing', async (_, headers) => {
    expect(await send(headers)).toEqual([400, -32020]);
    expect((await ask('/api/v1/tenants/smuggled', { headers: bearer(token) })).status).toBe(404);
    expect(await commitsOf(program.gitDir)).not.toEqual(
      expect.arrayContaining([expect.objectContaining({ subject: expect.stringContaining('smuggled') })]),
    );
  });

  it('S02 takes the same name in base64', async () => {
    const [status, code] = await send({ 'Mcp-Name': base64('mctl_whoami') }, call('mctl_whoami', {}));
    expect([status, code]).toEqual([200, undefined]);
  });
});

describe('two clients at once', () => {
  it('S04 with the same ids get their own answers', async () => {
    const logins = [PEOPLE.admin, PEOPLE.viewer];
    const tokens = await Promise.all(logins.map((login) => tokenFor(program.dataDir, login)));
    const crossed: unknown[] = [];
    let next = 0;
    const lane = async (): Promise<void> => {
      for (let index = next++; index < 2 * INTERLEAVED; index = next++) {
        const [who, id] = [index % 2, Math.floor(index / 2)];
        const params = { name: 'mctl_whoami', arguments: {} };
        const response = await ask('/mcp', {
          method: 'POST',
          headers: { ...MCP_HEADERS, ...bearer(tokens[who]) },
          body: JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params }),
        });
        const message = lastMessage(await response.text());
        const got = [message.id, message.result?.structuredContent?.user];
        if (got[0] !== id || got[1] !== logins[who]) crossed.push({ expected: [id, logins[who]], got });
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    expect([next >= 2 * INTERLEAVED, crossed]).toEqual([true, []]);
  }, 120_000);
});

describe('queries', () => {
  it.each([
    '?team=billing&team=elsewhere',
    '?__proto__=x',
    '?constructor=x',
    '?team[]=billing',
    '?limit=NaN',
    '?limit=1e3',
  ])('S03 of %s are refused', async (query) => {
    const response = await ask(`/api/v1/services${query}`, { headers: bearer(token) });
    expect([query, response.status]).toEqual([query, 400]);
    expect(await response.json()).toMatchObject({ code: 'invalid_input' });
  });

  it.each(['%ff', '%c0%ae', '%zz'])('S03 of a path with %s are refused', async (name) => {
    expect(
      (await raw([`GET /api/v1/tenants/${name} HTTP/1.1`, 'Host: localhost', `Authorization: Bearer ${token}`])).status,
    ).toBe(400);
  });
});

describe('bodies', () => {
  it('S03 of whoever shows no credential are not read', async () => {
    const response = await raw(
      ['POST /mcp HTTP/1.1', 'Host: localhost', 'Content-Type: application/json', 'Content-Length: 1000000000'],
      '{',
    );
    expect(response.status).toBe(401);
  });

  it('that are empty have no type to be refused for', async () => {
    const headers = { ...bearer(token), 'Content-Length': '0' };
    expect((await ask('/api/v1/operations/create-tenant/execute', { method: 'POST', headers })).status).toBe(400);
  });

  it('S03 that say they are too large are refused before they come', async () => {
    const response = await raw(
      [
        'POST /mcp HTTP/1.1',
        'Host: localhost',
        `Authorization: Bearer ${token}`,
        'Content-Type: application/json',
        'Content-Length: 1000000000',
      ],
      '{',
    );
    expect(response.status).toBe(413);
  });
});

describe('methods', () => {
  const at = async (method: string, path: string) => {
    const response = await ask(path, { method, headers: bearer(token), redirect: 'manual' });
    return [response.status, response.headers.get('allow')];
  };

  it('are told where another one came', async () => {
    expect(await at('PUT', '/api/v1/tenants/billing')).toEqual([405, 'GET, HEAD']);
    expect(await at('GET', '/api/v1/operations/create-tenant/execute')).toEqual([405, 'POST']);
    expect(await at('PATCH', '/mcp')).toEqual([405, 'DELETE, GET, HEAD, POST']);
    expect(await at('DELETE', '/docs')).toEqual([405, 'GET, HEAD']);
    expect(await at('PUT', '/nowhere')).toEqual([404, null]);
    const { error, ...problem } = (await (await ask('/healthz', { method: 'POST' })).json()) as Record<string, unknown>;
    expect(problem).toMatchObject({ code: 'method_not_allowed', status: 405, got: 'POST', allowed: ['GET', 'HEAD'] });
    expect(error).toBeUndefined();
  });

  it('OPTIONS tells what there is and permits no page of others anything', async () => {
    const response = await ask('/mcp', {
      method: 'OPTIONS',
      headers: { Origin: 'http://localhost:3000', 'Access-Control-Request-Method': 'POST' },
    });
    expect([response.status, response.headers.get('allow')]).toEqual([204, 'DELETE, GET, HEAD, POST']);
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect((await ask('/nowhere', { method: 'OPTIONS' })).status).toBe(404);
  });

  it('HEAD answers as GET does, without the body', async () => {
    const response = await ask('/api/v1/whoami', { method: 'HEAD', headers: bearer(token) });
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect((await ask('/api/v1/whoami', { method: 'HEAD' })).status).toBe(401);
  });
});

describe('what stands between', () => {
  let proxied: Program;

  beforeAll(async () => {
    proxied = await Program.start({
      env: {
        MCTL_PUBLIC_URL: 'https://mctl.example.org',
        MCTL_LOCAL_TOKENS: 'true',
        MCTL_TRUSTED_PROXIES: 'loopback, 10.0.0.0/8',
        MCTL_ALLOWED_ORIGINS: ASSISTANT,
        MCTL_OPEN_REQUESTS_PER_MINUTE: '3',
        MCTL_AUTH_FAILURES_PER_MINUTE: '2',
        ...GITHUB_NOWHERE,
      },
    });
  });

  afterAll(() => proxied?.dispose());

  const guess = async (headers: Record<string, string>, url = proxied.url) =>
    (await ask('/api/v1/whoami', { headers: { ...bearer('garbage'), ...headers } }, url)).status;
  const addressesIn = (place: Program) =>
    place.log
      .filter((line) => line.includes('a credential was refused'))
      .map((line) => JSON.parse(line).address as string);

  it('is believed of configured proxies: each caller has failures of their own, in limits and log', async () => {
    const from = (address: string) => ({ 'X-Forwarded-For': address });
    expect([
      await guess(from('203.0.113.1')),
      await guess(from('203.0.113.1')),
      await guess(from('203.0.113.1')),
    ]).toEqual([401, 401, 429]);
    expect(await guess(from('203.0.113.2'))).toBe(401);
    expect(addressesIn(proxied)).toEqual(['203.0.113.1', '203.0.113.1', '203.0.113.2']);
  });

  it('cannot be made up: what a caller puts in front of the chain changes nothing', async () => {
    const chain = (made: string) => ({ 'X-Forwarded-For': `${made}, 203.0.113.9, 10.1.1.1` });
    expect([await guess(chain('1.1.1.1')), await guess(chain('2.2.2.2')), await guess(chain('10.9.9.9'))]).toEqual([
      401, 401, 429,
    ]);
    expect(await guess({ 'X-Forwarded-For': '203.0.113.9', Forwarded: 'for=3.3.3.3', 'X-Real-IP': '4.4.4.4' })).toBe(
      429,
    );
  });

  it('is believed of nobody where no proxy is configured', async () => {
    for (const header of ['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'X-Client-IP', 'CF-Connecting-IP']) {
      await guess({ [header]: header === 'Forwarded' ? 'for=203.0.113.5' : '203.0.113.5' }, program.url);
    }
    expect(addressesIn(program)).not.toContain('203.0.113.5');
    expect(new Set(addressesIn(program))).toEqual(new Set(['127.0.0.1']));
  });

  it('says nothing about the host, be it trusted or not', async () => {
    for (const place of [program, proxied]) {
      const { host } = new URL(place.url);
      const lines = [
        'GET /healthz HTTP/1.1',
        'Host: evil.example',
        `X-Forwarded-Host: ${host}`,
        `Forwarded: host=${host}`,
      ];
      expect((await rawRequest(place.url, lines)).status).toBe(403);
    }
  });

  it('S80 limits what needs no token per address, and neither probes nor calls with one', async () => {
    const open = async (address: string) =>
      (await ask('/github/setup', { headers: { 'X-Forwarded-For': address }, redirect: 'manual' }, proxied.url)).status;
    const first = [await open('198.51.100.1'), await open('198.51.100.1'), await open('198.51.100.1')];
    expect(first).not.toContain(429);
    expect(await open('198.51.100.1')).toBe(429);
    expect(await open('198.51.100.2')).not.toBe(429);
    const limited = { 'X-Forwarded-For': '198.51.100.1' };
    for (let index = 0; index < 5; index++) {
      expect((await ask('/healthz', { headers: limited }, proxied.url)).status).toBe(200);
    }
    const good = { ...limited, ...bearer(await proxiedToken()) };
    const answer = await ask('/api/v1/whoami', { headers: good }, proxied.url);
    expect([answer.status, (await answer.json()).code]).toEqual([401, 'token_kind_off']);
  });

  it('tells browsers to come back over https only where that is the public address', async () => {
    expect((await ask('/healthz', {}, proxied.url)).headers.get('strict-transport-security')).toBe('max-age=31536000');
    expect((await ask('/healthz')).headers.get('strict-transport-security')).toBeNull();
  });

  it('lets pages of a configured origin call, with all that an MCP client needs to read', async () => {
    const preflight = await ask(
      '/mcp',
      {
        method: 'OPTIONS',
        headers: {
          Origin: ASSISTANT,
          'Access-Control-Request-Method': 'POST',
          'Access-Control-Request-Headers': 'authorization,content-type,mcp-protocol-version,mcp-method,mcp-name',
        },
      },
      proxied.url,
    );
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, ASSISTANT]);
    expect(preflight.headers.get('access-control-allow-headers')).toMatch(
      /Authorization.*Mcp-Method.*Mcp-Protocol-Version/,
    );
    const refused = await ask(
      '/mcp',
      { method: 'POST', headers: { Origin: ASSISTANT, ...MCP_HEADERS }, body: '{}' },
      proxied.url,
    );
    expect([refused.status, refused.headers.get('access-control-allow-origin'), refused.headers.get('vary')]).toEqual([
      401,
      ASSISTANT,
      expect.stringContaining('Origin'),
    ]);
    expect(refused.headers.get('access-control-expose-headers')).toMatch(/WWW-Authenticate/);
    expect(refused.headers.get('access-control-allow-credentials')).toBeNull();
    const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
    const headers = { Origin: ASSISTANT, ...MCP_HEADERS, ...bearer(await proxiedToken()) };
    const answer = await ask('/mcp', { method: 'POST', headers, body: JSON.stringify(list) }, proxied.url);
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, ASSISTANT]);
  });

  it('permits neither other origins nor pages for people', async () => {
    expect(
      (await ask('/mcp', { method: 'OPTIONS', headers: { Origin: `${ASSISTANT}.evil.example` } }, proxied.url)).status,
    ).toBe(403);
    for (const path of ['/docs', '/metrics', '/healthz']) {
      const response = await ask(path, { headers: { Origin: ASSISTANT } }, proxied.url);
      expect([path, response.headers.get('access-control-allow-origin')]).toEqual([path, null]);
    }
  });

  async function proxiedToken(): Promise<string> {
    const { LocalIssuer } = await import('../../src/platform/auth/local-issuer.js');
    const { Keys } = await import('../../src/platform/keys/index.js');
    const { readConfig } = await import('../../src/platform/config/index.js');
    const config = readConfig({
      MCTL_DATA_DIR: proxied.dataDir,
      MCTL_PUBLIC_URL: 'https://mctl.example.org',
      MCTL_LOCAL_TOKENS: 'true',
    });
    return new LocalIssuer(Keys.open(proxied.dataDir), config).sign('admin', 60_000);
  }
});

describe('limits of users and teams', () => {
  it('S80 answer 429 with the seconds to wait over REST, and a result that says so over MCP', async () => {
    const strict = await Program.start({
      env: { MCTL_READS_PER_MINUTE: '2', MCTL_TEAM_READS_PER_MINUTE: '1', ...GITHUB_NOWHERE },
    });
    try {
      const created = await (
        await signedIn(strict, 'admin')
      ).execute('create-tenant', {
        team: 'billing',
        members: [
          { user: 'ada', role: 'viewer' },
          { user: 'bob', role: 'viewer' },
        ],
        wait_seconds: 25,
      });
      const [ada, bob] = [await tokenFor(strict.dataDir, 'ada'), await tokenFor(strict.dataDir, 'bob')];
      const stranger = await signedIn(strict, 'sam');
      for (let index = 0; index < 2; index++) expect((await stranger.get('/api/v1/tenants/billing')).status).toBe(404);
      const { status, headers, body } = await stranger.get('/api/v1/tenants/billing');
      expect([status, Number(headers.get('retry-after')) > 0, body.code]).toEqual([429, true, 'rate_limited']);
      // What a stranger asked for cost the team nothing.
      expect((await callMcp(strict.url, ada, 'mctl_get_tenant', { team: 'billing' })).ok).toBe(true);
      const limited = await callMcp(strict.url, bob, 'mctl_get_tenant', { team: 'billing' });
      expect(limited).toMatchObject({ ok: false, code: 'rate_limited' });
      expect(limited.body.retry_after_s).toBeGreaterThan(0);
      // So do calls that name something of the team by its id.
      const byId = await callMcp(strict.url, bob, 'mctl_get_workflow_status', {
        workflow: created.body.workflow.name,
      });
      expect(byId).toMatchObject({ code: 'rate_limited', body: { message: expect.stringContaining('whole team') } });
    } finally {
      await strict.dispose();
    }
  });
});

describe('slow and silent clients', () => {
  let small: Program;
  const opened: Socket[] = [];

  beforeAll(async () => {
    small = await Program.start({ env: { MCTL_MAX_CONNECTIONS: '10' } });
  });

  afterEach(() => opened.splice(0).forEach((socket) => socket.destroy()));
  afterAll(() => small?.dispose());

  function open(text = ''): Socket {
    const { hostname, port } = new URL(small.url);
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.on('error', () => undefined).resume();
    opened.push(socket);
    return socket;
  }

  it('S07 are let go: no byte, half a header, half a body', async () => {
    const auth = `Authorization: Bearer ${await tokenFor(small.dataDir, 'admin')}`;
    const slow = [
      open(),
      open('GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: '),
      open(
        `POST /mcp HTTP/1.1\r\nHost: localhost\r\n${auth}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
      ),
    ];
    // Each trickles on, as an attacker would, which does not help.
    const drip = setInterval(() => slow.slice(1).forEach((socket) => socket.writable && socket.write('a')), 500);
    await Promise.all(slow.map((socket) => once(socket, 'close'))).finally(() => clearInterval(drip));
    expect((await ask('/healthz', {}, small.url)).status).toBe(200);
  }, 60_000);

  it('S07 get no more connections than there are, and those who leave make room', async () => {
    const held = Array.from({ length: 10 }, () => open());
    await Promise.all(held.map((socket) => once(socket, 'connect')));
    const further = open();
    await once(further, 'close');
    held[0]?.destroy();
    let status = 0;
    while (status !== 200) {
      const socket = open('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
      status = await new Promise((done) => {
        socket.once('data', (chunk: Buffer) => done(Number(chunk.toString().split(' ')[1])));
        socket.once('close', () => done(0));
      });
    }
  });
});

it('S07 an answer that nobody reads holds back the next ones, and its connection is let go', async () => {
  const scratch = await ScratchApp.start();
  const { hostname, port } = new URL(scratch.url);
  const wanted = 2_000;
  try {
    const server = scratch.app.getHttpServer();
    // As the program sets it, only sooner.
    expect(server.timeout).toBe(120_000);
    server.timeout = 1_000;
    let handled = 0;
    server.on('request', () => handled++);
    const [[theirs]] = await Promise.all([
      once(server, 'connection') as Promise<[Socket]>,
      new Promise<void>((done) => {
        const socket = connect(Number(port), hostname, done).on('error', () => undefined);
        socket.write('GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(wanted));
      }),
    ]);
    await once(theirs, 'close');
    expect([handled > 0, handled < wanted]).toEqual([true, true]);
  } finally {
    await scratch.stop();
  }
}, 60_000);

it('S07 counts a stream that waits for news for as long as it is open', async () => {
  const scratch = await ScratchApp.start({ MCTL_CALLS_AT_ONCE: '1', MCTL_MCP_SESSIONS: '4' });
  try {
    const ada = await tokenFor(scratch.dataDir, 'ada');
    const whoami = async () => (await ask('/api/v1/whoami', { headers: bearer(ada) }, scratch.url)).status;
    const headers = { ...MCP_HEADERS, ...bearer(ada), 'MCP-Protocol-Version': '2025-11-25' };
    const clientInfo = { name: 'test', version: '1' };
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
    const opened = await fetch(new URL('/mcp', scratch.url), { method: 'POST', headers, body });
    await opened.text();
    const session = { 'Mcp-Session-Id': opened.headers.get('mcp-session-id') ?? '' };
    const hangUp = new AbortController();
    const closed = new Promise((done) => {
      scratch.app
        .getHttpServer()
        .once('request', (_request: unknown, response: EventEmitter) => response.once('close', done));
    });
    const stream = await fetch(new URL('/mcp', scratch.url), {
      headers: { ...headers, ...session, Accept: 'text/event-stream' },
      signal: hangUp.signal,
    });
    expect([stream.status, stream.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    expect(await whoami()).toBe(429);
    hangUp.abort();
    await closed;
    expect(await whoami()).toBe(200);
  } finally {
    await scratch.stop();
  }
});

it('S07 holds no more open requests of one user than are allowed, at both doors', async () => {
  const scratch = await ScratchApp.start({ MCTL_CALLS_AT_ONCE: '1' });
  try {
    const gitops = scratch.app.get(Gitops);
    const world = await gitops.world();
    const asked = new EventEmitter();
    const spy = jest.spyOn(gitops, 'world').mockImplementation(async () => {
      asked.emit('waiting');
      await once(asked, 'go on');
      return world;
    });
    const [ada, bob] = [await tokenFor(scratch.dataDir, 'ada'), await tokenFor(scratch.dataDir, 'bob')];
    const get = async (who: string) =>
      (await ask('/api/v1/tenants/nowhere', { headers: bearer(who) }, scratch.url)).status;
    const waiting = once(asked, 'waiting');
    const first = get(ada);
    await waiting;
    expect(await get(ada)).toBe(429);
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
    const headers = { ...MCP_HEADERS, ...bearer(ada) };
    expect((await ask('/mcp', { method: 'POST', headers, body }, scratch.url)).status).toBe(429);
    expect((await ask('/api/v1/operations?limit=1', { headers: bearer(bob) }, scratch.url)).status).toBe(200);
    spy.mockRestore();
    asked.emit('go on');
    expect(await first).toBe(404);
    expect(await get(ada)).toBe(404);
  } finally {
    await scratch.stop();
  }
});

describe('errors', () => {
  it('S43 of the transport name nothing inside and have an id', async () => {
    for (const lines of [
      ['GET /nowhere HTTP/1.1', 'Host: evil.example'],
      ['GET /nowhere HTTP/1.1', 'Host: localhost', 'Origin: https://evil.example'],
      ['PUT /healthz HTTP/1.1', 'Host: localhost'],
      ['GET /api/v1/tenants/%ff HTTP/1.1', 'Host: localhost'],
    ]) {
      const { text, headers } = await raw(lines);
      expect(JSON.parse(text)).toMatchObject({ correlation_id: expect.stringMatching(/^[0-9a-z]{26}$/) });
      expect(text + headers).not.toMatch(/\n\s+at |node_modules|dist\/|127\.0\.0\.1|Express|\/tmp\//);
    }
  });

  it('S88 a request id or client name with line breaks ends no line of the log', async () => {
    await raw([
      'GET /api/v1/whoami HTTP/1.1',
      'Host: localhost',
      'X-Request-Id: a\tb',
      'User-Agent: a\u0085b',
      'Authorization: Bearer x',
    ]);
    for (const line of program.log) expect(() => JSON.parse(line) as unknown).not.toThrow();
  });
});

it('S01 the official client connects with and without an origin of its own', async () => {
  const client = await connectEra('2026-07-28', program.url, token);
  expect((await client.list()).length).toBeGreaterThan(30);
  await client.close();
});
