import { request } from 'node:http';
import Ajv2020 from 'ajv/dist/2020';
import { LocalIssuer } from '../../src/platform/auth/local-issuer';
import { readConfig } from '../../src/platform/config';
import { Keys } from '../../src/platform/keys';
import { bearer, callMcp, callRest, lastMessage, MCP_HEADERS } from '../support/doors';
import { furnish, signedIn } from '../support/furnish';
import { GITHUB_NOWHERE } from '../support/github-settings';
import { connectEra, type EraClient, ERAS, type ListedTool, type Progress } from '../support/mcp-eras';
import { Program } from '../support/program';
import { tokenFor } from '../support/tokens';
import { exampleOf, type Furniture } from '../support/tool-examples';
import type { Loose } from '../support/loose';

let program: Program;
let about: Furniture;
let token: string;
let operations: Map<string, string>;

beforeAll(async () => {
  program = await Program.start({ env: { ...GITHUB_NOWHERE } });
  about = await furnish(program);
  token = await tokenFor(program.dataDir, 'admin');
  const { body } = await (await signedIn(program, 'admin')).get('/api/v1/operations?limit=200');
  operations = new Map((body.items as { tool: string; name: string }[]).map(({ tool, name }) => [tool, name]));
});

afterAll(() => program?.dispose());

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

async function ask(path: string, init: RequestInit = {}, url = program.url): Promise<Answer> {
  const response = await fetch(new URL(path, url), init);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** With any Host header: `fetch` would set its own. */
function askAs(
  headers: Record<string, string>,
  path = '/healthz',
  url = program.url,
): Promise<{ status: number; type: string; text: string }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', text }),
      );
    })
      .on('error', reject)
      .end();
  });
}

describe.each(ERAS)('MCP: %s', (era) => {
  let client: EraClient;
  let tools: readonly ListedTool[];
  const args = (tool: string) => ({ ...exampleOf(tool, about), ...(operations.has(tool) && { dry_run: true }) });

  beforeAll(async () => {
    client = await connectEra(era, program.url, token);
    tools = await client.list();
  });

  afterAll(() => client?.close());

  it('introduces itself and explains how to work with it', () => {
    expect(client.serverName).toBe('mctl');
    expect(client.instructions).toMatch(/Look\.[^]*Plan\.[^]*Confirm\.[^]*Watch\./);
    expect(client.instructions?.length).toBeLessThanOrEqual(2048);
  });

  it('answers every tool with data that fits the published schema, and with the same as text', async () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    expect(tools.length).toBeGreaterThanOrEqual(18);
    for (const { name, outputSchema = {} } of tools) {
      const { isError, structuredContent, content } = await client.call(name, args(name));
      expect([name, isError ?? false]).toEqual([name, false]);
      const validate = ajv.compile(outputSchema);
      expect([name, validate(structuredContent), validate.errors]).toEqual([name, true, null]);
      expect(content.map(({ type, text }) => [type, JSON.parse(text ?? '')])).toEqual([['text', structuredContent]]);
    }
  });

  it('answers only fields that the schema publishes', async () => {
    for (const { name, outputSchema } of tools) {
      const { structuredContent } = await client.call(name, args(name));
      const { properties } = outputSchema as { properties: object };
      expect([name, Object.keys(structuredContent as object).filter((key) => !(key in properties))]).toEqual([
        name,
        [],
      ]);
    }
  });

  it('tells a refused call as a result that the model can read', async () => {
    const { isError, structuredContent, content } = await client.call('mctl_get_tenant', { team: 'nowhere' });
    expect(isError).toBe(true);
    expect(structuredContent).toBeUndefined();
    expect(JSON.parse(content[0]?.text ?? '')).toEqual({
      code: 'team_not_found',
      message: expect.stringContaining('nowhere'),
      field: 'team',
      got: 'nowhere',
      fix: expect.any(String),
      retryable: false,
      correlation_id: expect.any(String),
    });
  });

  it('refuses an unknown tool as a fault of the protocol', async () => {
    await expect(client.call('mctl_nothing')).rejects.toMatchObject({ code: -32602 });
  });

  it('reports the steps of a write in order while the call waits', async () => {
    const told: Progress[] = [];
    const replicas = ERAS.indexOf(era) + 2;
    const input = { team: about.team, service: about.service, replicas, wait_seconds: 25 };
    const { structuredContent } = await client.call('mctl_scale_service', input, (progress) => told.push(progress));
    expect(structuredContent.operation.status).toBe('succeeded');
    expect(told.length).toBeGreaterThan(0);
    const values = told.map(({ progress }) => progress);
    expect(values).toEqual([...new Set(values)].sort((a, b) => a - b));
    expect(told.at(-1)).toMatchObject({ progress: told[0]?.total, message: expect.stringMatching(/\w+: \w+/) });
    expect(new Set(told.map(({ total }) => total)).size).toBe(1);
  });
});

describe('the MCP endpoint', () => {
  const list = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
  const post = (headers: Record<string, string>, path = '/mcp') =>
    ask(path, { method: 'POST', headers: { ...MCP_HEADERS, ...headers }, body: list });

  it.each(['GET', 'DELETE'])('has no sessions: %s is 405, and 401 without a token', async (method) => {
    expect((await ask('/mcp', { method, headers: { ...bearer(token), Accept: MCP_HEADERS.Accept } })).status).toBe(405);
    expect((await ask('/mcp', { method })).status).toBe(401);
  });

  it('gives no session id', async () => {
    const { status, headers } = await post(bearer(token));
    expect([status, headers.get('mcp-session-id')]).toEqual([200, null]);
  });

  it('serves many callers at once without mixing them up', async () => {
    const logins = Array.from({ length: 40 }, (_, index) => `caller-${index}`);
    const tokens = await Promise.all(logins.map((login) => tokenFor(program.dataDir, login)));
    const answers = await Promise.all(
      tokens.flatMap((each) => Array.from({ length: 5 }, () => callMcp(program.url, each, 'mctl_whoami', {}))),
    );
    expect(answers.map(({ body }) => body.user as string)).toEqual(
      logins.flatMap((login) => Array.from({ length: 5 }, () => login)),
    );
  });

  it('is recorded as the MCP door however its path is written', async () => {
    const body = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'mctl_create_tenant', arguments: { team: 'default' } },
    });
    for (const path of ['/mcp', '/MCP', '/Mcp/']) {
      await ask(path, { method: 'POST', headers: { ...MCP_HEADERS, ...bearer(token), 'User-Agent': 'shouter' }, body });
      const { body: audit } = await (await signedIn(program, 'admin')).get('/api/v1/audit?limit=1');
      expect([path, audit.items[0].through]).toEqual([path, 'mcp (shouter)']);
    }
  });

  it('S05 completes a write whose caller has hung up, once', async () => {
    const team = 'hung-up';
    const body = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'mctl_create_tenant', arguments: { team, wait_seconds: 25 } },
    });
    const abort = new AbortController();
    const headers = { ...MCP_HEADERS, ...bearer(token) };
    const call = fetch(new URL('/mcp', program.url), { method: 'POST', headers, body, signal: abort.signal }).then(
      (response) => response.text(),
    );
    const admin = await signedIn(program, 'admin');
    const workflows = async (): Promise<Loose[]> =>
      ((await admin.get('/api/v1/workflows')).body.items as Loose[]).filter((each) => each.team === team);
    while ((await workflows()).length === 0) continue;
    abort.abort();
    await call.catch(() => undefined);
    while ((await workflows())[0].status !== 'succeeded') continue;
    expect(await workflows()).toHaveLength(1);
  });
});

describe('hosts and origins', () => {
  it.each(['localhost', 'LOCALHOST', '127.0.0.1', '[::1]'])('S01 serves the host %s on any port', async (host) => {
    expect((await askAs({ Host: host })).status).toBe(200);
    expect((await askAs({ Host: `${host}:1` })).status).toBe(200);
  });

  it.each([
    'evil.example',
    'localhost.evil.example',
    'evil.example:8080',
    'localhost@evil.example',
    '169.254.169.254',
    'a b',
    'localhost:port',
  ])('S01 refuses the host %p', async (host) => {
    for (const path of ['/healthz', '/mcp', '/api/v1/whoami', '/docs', '/metrics']) {
      const { status, type, text } = await askAs({ Host: host, ...bearer(token) }, path);
      expect([path, status, type, JSON.parse(text)]).toEqual([
        path,
        403,
        expect.stringContaining('application/problem+json'),
        expect.objectContaining({ code: 'foreign_host', status: 403, correlation_id: expect.any(String) }),
      ]);
    }
  });

  it.each(['https://evil.example', 'http://localhost.evil.example', 'null', '', 'file://', 'chrome-extension://abc'])(
    'S01 refuses the origin %p',
    async (origin) => {
      expect((await askAs({ Host: 'localhost', Origin: origin, ...bearer(token) }, '/api/v1/whoami')).status).toBe(403);
    },
  );

  it('serves its own origin, sends no permission to others', async () => {
    const { status, headers } = await ask('/api/v1/whoami', {
      headers: { ...bearer(token), Origin: 'http://localhost:3000' },
    });
    expect([status, headers.get('access-control-allow-origin')]).toEqual([200, null]);
  });
});

describe('every answer', () => {
  const PATHS = ['/healthz', '/api/v1/whoami', '/nowhere', '/mcp', '/docs', '/openapi.json'];

  it('carries a request id, the caller’s own where it is harmless', async () => {
    for (const path of PATHS) {
      expect([
        path,
        (await ask(path, { headers: { 'X-Request-Id': 'trace-1.A_b' } })).headers.get('x-request-id'),
      ]).toEqual([path, 'trace-1.A_b']);
      expect((await ask(path)).headers.get('x-request-id')).toMatch(/^[0-9a-z]{26}$/);
      expect((await ask(path, { headers: { 'X-Request-Id': 'a b' } })).headers.get('x-request-id')).not.toBe('a b');
      expect((await ask(path, { headers: { 'X-Request-Id': 'x'.repeat(65) } })).headers.get('x-request-id')).toMatch(
        /^[0-9a-z]{26}$/,
      );
    }
  });

  it('names that id in its errors, at both doors', async () => {
    const headers = { ...MCP_HEADERS, ...bearer(token), 'X-Request-Id': 'trace-2' };
    const rest = await ask('/api/v1/tenants/nowhere', { headers });
    expect(JSON.parse(rest.text)).toMatchObject({ correlation_id: 'trace-2' });
    const body = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'mctl_get_tenant', arguments: { team: 'nowhere' } },
    });
    const mcp = await ask('/mcp', { method: 'POST', headers, body });
    expect(JSON.parse(lastMessage(mcp.text).result.content[0].text as string)).toMatchObject({
      correlation_id: 'trace-2',
    });
  });

  it('carries the headers that browsers need to be strict', async () => {
    for (const path of PATHS) {
      const { headers } = await ask(path);
      expect([
        path,
        headers.get('x-content-type-options'),
        headers.get('x-powered-by'),
        headers.get('referrer-policy'),
      ]).toEqual([path, 'nosniff', null, 'no-referrer']);
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    }
    expect((await ask('/docs')).headers.get('content-security-policy')).not.toMatch(/script-src[^;]*unsafe|https?:/);
  });
});

describe('REST problems', () => {
  it.each([
    ['GET', '/nowhere', undefined, 404, 'route_not_found'],
    ['GET', '/api/v1/whoami', undefined, 401, 'unauthenticated'],
    ['GET', '/api/v1/tenants/nowhere', 'admin', 404, 'team_not_found'],
    ['GET', '/api/v1/tenants', 'somebody', 403, 'not_allowed'],
    ['GET', '/api/v1/workflows?limit=0', 'admin', 400, 'invalid_input'],
    ['POST', '/api/v1/operations/nothing/execute', 'admin', 404, 'operation_not_found'],
    ['POST', '/api/v1/operations/create-tenant/execute', 'admin', 400, 'invalid_input'],
    ['PUT', '/api/v1/tenants/billing', 'admin', 405, 'method_not_allowed'],
  ])('%s %s as %s is %i %s', async (method, path, login, status, code) => {
    const headers = {
      'Content-Type': 'application/json',
      ...bearer(login && (await tokenFor(program.dataDir, login))),
    };
    const answer = await ask(path, { method, headers, ...(method === 'POST' && { body: '{}' }) });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      status,
      expect.stringMatching(/^application\/problem\+json/),
    ]);
    expect(JSON.parse(answer.text)).toMatchObject({
      title: expect.any(String),
      status,
      detail: expect.any(String),
      code,
      message: expect.any(String),
      retryable: false,
      correlation_id: answer.headers.get('x-request-id'),
    });
    expect(answer.headers.has('www-authenticate')).toBe(status === 401);
  });

  it('asks for a confirmation with 428 and takes the token once', async () => {
    const client = await signedIn(program, 'admin');
    const input = { team: 'billing', service: 'api', wait_seconds: 0 };
    const asked = await client.execute('retire-service', input);
    expect([asked.status, asked.body.operation.status]).toEqual([428, 'confirmation_required']);
    const { confirm_token } = asked.body.plan;
    expect((await client.execute('retire-service', { ...input, service: 'other', confirm_token })).status).toBe(404);
    expect((await client.execute('retire-service', { ...input, delete_secrets: false, confirm_token })).body.code).toBe(
      'confirmation_invalid',
    );
    const other = await signedIn(program, 'olga');
    expect((await other.execute('retire-service', { ...input, confirm_token })).body.code).toBe('confirmation_invalid');
    expect((await client.execute('retire-service', { ...input, confirm_token: `${confirm_token}x` })).body.code).toBe(
      'confirmation_invalid',
    );
  });
});

describe('what is open to everybody', () => {
  it('tells whether it is alive and ready, and nothing about teams', async () => {
    expect(JSON.parse((await ask('/healthz')).text)).toEqual({ status: 'ok' });
    expect(JSON.parse((await ask('/readyz')).text)).toMatchObject({
      status: 'ready',
      checks: { store: 'ok', gitops: 'ok' },
    });
  });

  it('shows metrics to its neighbours, not through a proxy', async () => {
    const { status, headers, text } = await ask('/metrics');
    expect([status, headers.get('content-type')]).toEqual([200, expect.stringContaining('text/plain')]);
    expect(text).toMatch(/^mctl_http_request_duration_seconds_count\{.*route="\/api\/v1\/tenants\/:team"/m);
    expect(text).not.toMatch(/billing|caller-|olga/);
    for (const name of ['X-Forwarded-For', 'X-Forwarded-Host', 'Forwarded']) {
      expect((await ask('/metrics', { headers: { [name]: '10.0.0.1' } })).status).toBe(404);
    }
  });

  it('documents itself', async () => {
    expect((await ask('/docs')).text).toContain('swagger-ui');
    const document = JSON.parse((await ask('/openapi.json')).text) as { openapi: string; paths: object };
    expect(document.openapi).toMatch(/^3\.1/);
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(['/api/v1/whoami', '/api/v1/operations/create-tenant/execute']),
    );
    expect(Object.keys(document.paths).filter((path) => path.startsWith('/mcp'))).toEqual([]);
  });
});

describe('limits', () => {
  const PUBLIC_URL = 'https://mctl.example.org';
  const PUBLIC = { MCTL_PUBLIC_URL: PUBLIC_URL, MCTL_LOCAL_TOKENS: 'true' };
  let limited: Program;
  const sign = (login: string) =>
    new LocalIssuer(Keys.open(limited.dataDir), readConfig({ MCTL_DATA_DIR: limited.dataDir, ...PUBLIC })).sign(
      login,
      3_600_000,
    );

  beforeAll(async () => {
    limited = await Program.start({
      env: { MCTL_READS_PER_MINUTE: '5', MCTL_WRITES_PER_MINUTE: '2', ...PUBLIC },
    });
  });

  afterAll(() => limited?.dispose());

  it('counts reads per user over both doors together, and says when to come back', async () => {
    const ada = await sign('ada');
    for (let index = 0; index < 5; index++) {
      const { ok } = await (index % 2 === 0 ? callMcp : callRest)(limited.url, ada, 'mctl_whoami', {});
      expect([index, ok]).toEqual([index, true]);
    }
    const rest = await ask('/api/v1/whoami', { headers: bearer(ada) }, limited.url);
    const body = JSON.parse(rest.text) as { code: string; retry_after_s: number };
    expect([rest.status, body.code, rest.headers.get('retry-after')]).toEqual([
      429,
      'rate_limited',
      String(body.retry_after_s),
    ]);
    const mcp = await callMcp(limited.url, ada, 'mctl_whoami', {});
    expect(mcp).toMatchObject({
      ok: false,
      status: 200,
      body: { code: 'rate_limited', retryable: true, retry_after_s: expect.any(Number) },
    });
    expect((await callMcp(limited.url, await sign('ADA'), 'mctl_whoami', {})).code).toBe('rate_limited');
    expect((await callMcp(limited.url, await sign('grace'), 'mctl_whoami', {})).ok).toBe(true);
  });

  it('counts a list of tools as a read', async () => {
    const token = await sign('lister');
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
    const list = async () =>
      lastMessage(
        (await ask('/mcp', { method: 'POST', headers: { ...MCP_HEADERS, ...bearer(token) }, body }, limited.url)).text,
      );
    for (let index = 0; index < 5; index++) expect((await list()).result.tools).toEqual(expect.any(Array));
    expect((await list()).error).toMatchObject({
      code: -32603,
      data: { code: 'rate_limited', retry_after_s: expect.any(Number) },
    });
  });

  it('counts writes apart from reads, refused ones too; a dry run is a read', async () => {
    const token = await sign('writer');
    const call = (args: Record<string, unknown>) =>
      callRest(limited.url, token, 'mctl_create_tenant', args, 'create-tenant');
    expect((await call({ team: 'Not a name' })).code).toBe('invalid_input');
    expect((await call({ team: 'Not a name' })).code).toBe('invalid_input');
    expect((await call({ team: 'one' })).status).toBe(429);
    expect((await call({ team: 'one', dry_run: true })).ok).toBe(true);
    expect((await callMcp(limited.url, token, 'mctl_whoami', {})).ok).toBe(true);
  });

  it('serves the host of its public URL, and takes only tokens for it', async () => {
    const token = await sign('host');
    expect(
      (await askAs({ Host: 'mctl.example.org', Origin: PUBLIC_URL, ...bearer(token) }, '/api/v1/whoami', limited.url))
        .status,
    ).toBe(200);
    const forElsewhere = await tokenFor(limited.dataDir, 'host');
    expect((await askAs({ Host: 'localhost', ...bearer(forElsewhere) }, '/api/v1/whoami', limited.url)).status).toBe(
      401,
    );
  });
});
