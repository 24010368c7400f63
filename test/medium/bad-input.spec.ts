import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { bearer, callMcp, callRest, type DoorAnswer, lastMessage, MCP_HEADERS } from '../support/doors';
import { furnish, signedIn } from '../support/furnish';
import { GITHUB_NOWHERE } from '../support/github-settings';
import { type Hostile, hostileValues, type Schema } from '../support/hostile-values';
import { git } from '../support/plain-git';
import { Program } from '../support/program';
import { tokenFor } from '../support/tokens';
import { exampleOf, type Furniture, routeOf } from '../support/tool-examples';
import type { Loose } from '../support/loose';

/** Calls at once: enough to keep the program busy, not so many that sockets run out. */
const LANES = 12;
/** For thousands of calls on a busy machine. */
const PATIENCE_MS = 240_000;
/** No answer to bad input is longer, however long the input was. */
const MAX_ANSWER = 32_768;

/** Listings say less than calls are checked by (ADR 25): the rules are in the golden files, which a contract test keeps. */
const GOLDENS = join(__dirname, '../contract/__goldens__/tools');

interface Checked {
  readonly name: string;
  readonly inputSchema: Schema;
}

function checked(name: string): Checked {
  const { full } = JSON.parse(readFileSync(join(GOLDENS, `${name}.json`), 'utf8')) as {
    full: Pick<Checked, 'inputSchema'>;
  };
  return { name, inputSchema: full.inputSchema };
}

let program: Program;
let about: Furniture;
let token: string;
let tools: Checked[];
let operations: Map<string, string>;
let before: string;
let logged: number;

beforeAll(async () => {
  program = await Program.start({ env: { LOG_LEVEL: 'info', ...GITHUB_NOWHERE } });
  about = await furnish(program);
  token = await tokenFor(program.dataDir, 'admin');
  const { body } = await (await signedIn(program, 'admin')).get('/api/v1/operations?limit=200');
  operations = new Map((body.items as { tool: string; name: string }[]).map(({ tool, name }) => [tool, name]));
  const listed = (await rpc({ jsonrpc: '2.0', id: 1, method: 'tools/list' })).message.result.tools as Checked[];
  tools = listed.map(({ name }) => checked(name));
  before = await state();
});

afterAll(() => program?.dispose());

/** The branch, and every workflow there is: what bad input must leave alone. */
async function state(): Promise<string> {
  const { body } = await (await signedIn(program, 'admin')).get('/api/v1/workflows?limit=200');
  return `${await git(program.gitDir, 'rev-parse', 'main')} ${body.count}`;
}

beforeEach(() => {
  logged = program.log.length;
});

afterEach(async () => {
  expect(await state()).toBe(before);
  expect(program.isRunning).toBe(true);
  expect(program.log.slice(logged).filter((line) => /"level":"(error|fatal)"/.test(line))).toEqual([]);
});

async function send(
  path: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string; type: string }> {
  const response = await fetch(new URL(path, program.url), {
    method: 'POST',
    headers: { ...MCP_HEADERS, ...bearer(token), ...headers },
    body: body as BodyInit,
  });
  return { status: response.status, text: await response.text(), type: response.headers.get('content-type') ?? '' };
}

async function rpc(
  message: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; message: Loose }> {
  const { status, text } = await send('/mcp', typeof message === 'string' ? message : JSON.stringify(message), headers);
  return { status, message: lastMessage(text) };
}

interface Case extends Hostile {
  readonly tool: string;
  readonly argument: string;
}

/** Every argument is tried with values of every kind; of texts all where its rules are met for the first time, later a few. */
function casesOf(all: readonly Checked[], thorough = true): Case[] {
  const seen = new Set<string>();
  return all.flatMap(({ name, inputSchema: { properties = {}, required = [] } }) =>
    Object.entries(properties).flatMap(([argument, schema]) => {
      const rules = JSON.stringify({ ...schema, description: undefined, required: required.includes(argument) });
      const isNew = thorough && seen.size < seen.add(rules).size;
      const values = hostileValues(schema, required.includes(argument), isNew);
      return values.map((hostile) => ({ ...hostile, tool: name, argument }));
    }),
  );
}

/** What must be refused is sent as a real call: if it is not refused, it is written, and that is seen. */
function argumentsOf({ tool, argument, value, mustBeRefused }: Case): Record<string, unknown> {
  const base = exampleOf(tool, about);
  return { ...base, ...(operations.has(tool) && !mustBeRefused && { dry_run: true }), [argument]: value };
}

/** Runs all cases in a few lanes and answers what is wrong with the answers, in words. */
async function faults(cases: readonly Case[], call: (one: Case) => Promise<DoorAnswer>): Promise<string[]> {
  const rest = [...cases];
  const found: string[] = [];
  const lane = async (): Promise<void> => {
    for (let one = rest.pop(); one; one = rest.pop()) {
      const fault = faultOf(one, await call(one));
      if (fault) found.push(`${one.tool} ${one.argument}=${JSON.stringify(one.value)?.slice(0, 60)}: ${fault}`);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return found;
}

function faultOf(one: Case, answer: DoorAnswer): string | undefined {
  return harmOf(answer) ?? (answer.ok ? acceptanceOf(one) : refusalOf(one, answer));
}

/** What no answer may be, whatever it answers. */
function harmOf({ code, text, status }: DoorAnswer): string | undefined {
  if (/\n\s+at |node_modules|\/dist\//.test(text)) return `shows internals: ${text.slice(0, 200)}`;
  if (text.length > MAX_ANSWER) return `answers ${text.length} characters`;
  return status >= 500 || code === 'internal' ? `is an internal error (${status} ${code})` : undefined;
}

function acceptanceOf({ mustBeRefused }: Case): string | undefined {
  return mustBeRefused ? 'was accepted' : undefined;
}

function refusalOf({ argument, mustBeRefused }: Case, { code, body, text }: DoorAnswer): string | undefined {
  if (typeof body.message !== 'string' || !body.correlation_id) return `has no readable error: ${text.slice(0, 200)}`;
  if (!mustBeRefused) return undefined;
  if (code !== 'invalid_input') return `has the code ${code}`;
  const fields = [body.field, ...((body.problems ?? []) as { field?: string }[]).map(({ field }) => field)];
  return fields.some((field) => String(field).split(/[.[]/)[0] === argument) ? undefined : `names ${String(fields)}`;
}

const overMcp = (one: Case): Promise<DoorAnswer> => callMcp(program.url, token, one.tool, argumentsOf(one));
const overRest = (one: Case): Promise<DoorAnswer> =>
  callRest(program.url, token, one.tool, argumentsOf(one), operations.get(one.tool));

/** A query holds text only, and a path neither nothing nor dots: those are tried by hand below. */
function fitsIntoUrl({ tool, argument, value }: Case): boolean {
  if (typeof value !== 'string' || value.length > 4000 || /\p{Surrogate}/u.test(value)) return false;
  const isInPath = routeOf(tool).includes(`:${argument}`);
  return !isInPath || !['', '.', '..'].includes(value);
}

describe('every argument of every tool', () => {
  it(
    'refuses what breaks its rules and survives what is odd, over MCP',
    async () => {
      const cases = casesOf(tools);
      expect(cases.length).toBeGreaterThan(1000);
      expect(await faults(cases, overMcp)).toEqual([]);
    },
    PATIENCE_MS,
  );

  it(
    'does so over REST, with a JSON body',
    async () => {
      const cases = casesOf(
        tools.filter(({ name }) => operations.has(name)),
        false,
      );
      expect(await faults(cases, overRest)).toEqual([]);
    },
    PATIENCE_MS,
  );

  it(
    'does so over REST, in paths and queries',
    async () => {
      const cases = casesOf(tools.filter(({ name }) => !operations.has(name)));
      const inUrl = cases.filter(fitsIntoUrl);
      expect(inUrl.length).toBeGreaterThan(100);
      expect(await faults(inUrl, overRest)).toEqual([]);
    },
    PATIENCE_MS,
  );

  it('takes the exact text forms of numbers and booleans, and nothing for what is optional', async () => {
    for (const { name, inputSchema } of tools) {
      const base = { ...exampleOf(name, about), ...(operations.has(name) && { dry_run: true }) };
      const code = async (input: object): Promise<unknown> => (await callMcp(program.url, token, name, input)).code;
      for (const [argument, schema] of Object.entries(inputSchema.properties ?? {})) {
        if (argument in base) continue;
        const plain = schema.type === 'integer' ? schema.minimum : schema.type === 'boolean' ? false : undefined;
        const asText = plain === undefined ? '' : String(plain);
        expect([argument, await code({ ...base, [argument]: asText })]).toEqual([
          argument,
          await code({ ...base, [argument]: plain }),
        ]);
      }
    }
  });

  it('refuses every argument that does not exist', async () => {
    const keys = [
      'surprise',
      'constructor',
      'toString',
      'hasOwnProperty',
      'Team',
      'dry-run',
      'a\u202eb',
      'k'.repeat(50_000),
    ];
    const cases = tools.flatMap(({ name }) =>
      keys.map((argument) => ({ tool: name, argument, value: 'x', mustBeRefused: true })),
    );
    const found = await faults(cases, overMcp);
    // What cannot be seen is spelled out, what is long is cut.
    expect(found.filter((fault) => !/k{100}|u202e/.test(fault))).toEqual([]);
  });

  it('suggests the name that was meant', async () => {
    const { body } = await callMcp(program.url, token, 'mctl_create_tenant', { team: 'x', dryrun: true });
    expect(body).toMatchObject({ code: 'invalid_input', field: 'dryrun', fix: 'Did you mean dry_run?' });
  });

  it('S03 refuses a __proto__ among the arguments before anything reads it', async () => {
    for (const { name } of tools) {
      const args = JSON.stringify(exampleOf(name, about))
        .replace(/^\{/, '{"__proto__":{"isAdmin":true},')
        .replace(',}', '}');
      const { status, text } = await send(
        '/mcp',
        `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${name}","arguments":${args}}}`,
      );
      const { error } = JSON.parse(text);
      expect([name, status, error.code, error.data.code]).toEqual([name, 400, -32700, 'malformed_body']);
    }
  });
});

const CREATE = '/api/v1/operations/create-tenant/execute';
const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
const call = (args: string): string =>
  `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"mctl_create_tenant","arguments":${args}}}`;

describe.each([
  ['/mcp', call],
  [CREATE, (args: string) => args],
])('bodies of %s', (path, wrap) => {
  it.each([
    ['10 MB', 413, 'too_large', wrap(`{"team":"${'x'.repeat(10_000_000)}"}`)],
    ['broken JSON', 400, 'invalid_input', wrap('{"team":')],
    ['text after the JSON', 400, 'invalid_input', `${wrap('{"team":"x"}')} x`],
    ['a bare string', 400, 'invalid_input', '"team"'],
    ['null', 400, 'invalid_input', 'null'],
    ['NaN', 400, 'invalid_input', wrap('{"team":NaN}')],
    ['10,000 levels', 400, 'malformed_body', wrap(nested(10_000))],
    ['10,000 levels of lists', 400, 'malformed_body', wrap(`{"members":${'['.repeat(10_000)}${']'.repeat(10_000)}}`)],
    ['an unfinished bomb', 400, 'malformed_body', '['.repeat(500_000)],
    ['an unfinished string of escapes', 400, 'invalid_input', `"${'\\"'.repeat(200_000)}`],
    ['one key twice', 400, 'malformed_body', wrap('{"team":"billing","team":"elsewhere"}')],
    ['one key twice, once with escapes', 400, 'malformed_body', wrap('{"team":"billing","te\\u0061m":"elsewhere"}')],
    ['__proto__', 400, 'malformed_body', wrap('{"team":"x","__proto__":{"isAdmin":true}}')],
    ['bytes that are no UTF-8', 400, 'malformed_body', Buffer.from(wrap('{"team":"\xff\xfe"}'), 'latin1')],
  ])('S03 answers %s with %i %s', async (_, status, code, body) => {
    const answer = await send(path, body);
    const answered = JSON.parse(answer.text);
    expect(answer.status).toBe(status);
    if (path === '/mcp' && status === 400) {
      expect(answered).toMatchObject({ jsonrpc: '2.0', id: null, error: { code: -32700, data: { code } } });
      expect(answered.error.data.correlation_id).toEqual(expect.any(String));
      return;
    }
    expect([answer.type, answered]).toEqual([
      expect.stringContaining('application/problem+json'),
      expect.objectContaining({
        code,
        status,
        title: expect.any(String),
        detail: expect.any(String),
        correlation_id: expect.any(String),
      }),
    ]);
  });

  it.each([
    ['text/plain', 415],
    ['application/x-www-form-urlencoded', 415],
    ['multipart/form-data; boundary=x', 415],
    ['application/json; charset=utf-16', 400],
    ['application/json; charset=latin1', 400],
  ])('does not read a body of type %s', async (type, status) => {
    expect((await send(path, wrap('{"team":"x","dry_run":true}'), { 'Content-Type': type })).status).toBe(status);
  });

  it('S03 stops inflating where the limit is', async () => {
    const bomb = gzipSync(wrap(`{"team":"${'x'.repeat(20_000_000)}"}`));
    expect((await send(path, bomb, { 'Content-Encoding': 'gzip' })).status).toBe(413);
    expect((await send(path, 'no gzip', { 'Content-Encoding': 'gzip' })).status).toBe(400);
  });

  it.each([
    [
      '60,000 unknown keys',
      `{"team":"x",${Array.from({ length: 60_000 }, (_, index) => `"keyx${index}":1`).join(',')}}`,
    ],
    ['200,000 members', `{"team":"x","members":[${'{},'.repeat(200_000)}{}]}`],
    ['40,000 members with a wrong role', `{"team":"x","members":[${'{"user":"a","role":"x"},'.repeat(40_000)}{}]}`],
    [
      '100 members with a wrong role',
      `{"team":"x","members":[${'{"user":"a","role":"x"},'.repeat(99)}{"user":"a","role":"x"}]}`,
    ],
  ])('answers %s in few words', async (_, args) => {
    const { text } = await send(path, wrap(args));
    expect(text).toContain('invalid_input');
    expect(text.length).toBeLessThan(MAX_ANSWER);
  });
});

describe('JSON-RPC', () => {
  const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
  const whoami = (args: unknown) => ({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'mctl_whoami', arguments: args },
  });

  it.each([
    ['an empty object', {}, -32600],
    ['no version', { id: 1, method: 'tools/list' }, -32600],
    ['another version', { ...list, jsonrpc: '1.0' }, -32600],
    ['no method', { jsonrpc: '2.0', id: 1 }, -32600],
    ['a method that is no text', { ...list, method: 7 }, -32600],
    ['an id that is an object', { ...list, id: {} }, -32600],
    ['params that are a list', { ...list, params: [1] }, -32600],
    ['an empty batch', [], -32600],
    ['a batch', [list, list], -32600],
    ['a batch of a thousand', Array.from({ length: 1000 }, () => list), -32600],
    ['an unknown method', { ...list, method: 'tools/destroy' }, -32601],
    ['a method we do not have', { ...list, method: 'resources/subscribe', params: { uri: 'mctl://platform' } }, -32601],
    ['an unknown tool', { ...whoami({}), params: { name: 'mctl_nothing', arguments: {} } }, -32602],
    ['a tool of the prototype', { ...whoami({}), params: { name: 'constructor', arguments: {} } }, -32602],
    ['a tool without a name', { ...whoami({}), params: {} }, -32602],
    ['a tool whose name is a number', { ...whoami({}), params: { name: 7 } }, -32602],
    ['arguments that are a list', whoami([1]), -32602],
    ['arguments that are text', whoami('x'), -32602],
    ['arguments that are null', whoami(null), -32602],
  ])('answers %s with an error, never with 500', async (_, message, code) => {
    const answer = await rpc(message);
    expect(answer.status).toBeLessThan(500);
    expect(answer.message).toMatchObject({
      jsonrpc: '2.0',
      error: { code, message: expect.not.stringMatching(/ at |node_modules/) },
    });
  });

  it.each([
    ['an unknown version', { 'MCP-Protocol-Version': '1999-01-01' }],
    ['the 2026 era without its envelope', { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/list' }],
    [
      'headers that contradict the body',
      { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/call', 'Mcp-Name': 'mctl_delete_tenant' },
    ],
  ])('answers %s with 400 and an error', async (_, headers) => {
    const answer = await rpc(list, headers);
    expect([answer.status, answer.message.error?.message]).toEqual([400, expect.any(String)]);
  });

  it('wants a client that takes streams', async () => {
    expect((await rpc(list, { Accept: 'application/json' })).status).toBe(406);
  });
});

describe('names in REST paths', () => {
  /** As typed: `fetch` would tidy the path up first. */
  function raw(path: string, method = 'GET'): Promise<{ status: number; text: string }> {
    const { hostname, port } = new URL(program.url);
    return new Promise((resolve, reject) => {
      const sent = request(
        { hostname, port, path, method, headers: { ...bearer(token), 'Content-Type': 'application/json' } },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
        },
      );
      sent.on('error', reject).end(method === 'POST' ? '{}' : undefined);
    });
  }

  it.each([
    '/api/v1/tenants/..',
    '/api/v1/tenants/%2e%2e',
    '/api/v1/tenants/%2E%2E%2F%2E%2E',
    '/api/v1/tenants/..%2f..%2fetc',
    '/api/v1/tenants/%2f',
    '/api/v1/tenants/%5c',
    '/api/v1/tenants/%00',
    '/api/v1/tenants/billing%00',
    '/api/v1/tenants/billing%0a',
    '/api/v1/tenants/billing%20',
    '/api/v1/tenants/BILLING',
    '/api/v1/tenants/billing;x=1',
    '/api/v1/tenants/billing?team=elsewhere&team=other&x',
    '/api/v1/tenants/b%C3%ADlling',
    '/api/v1/tenants/%E0%A4%A',
    '/api/v1/tenants/%',
    '/api/v1/tenants/%ff',
    '/api/v1/tenants/billing/..',
    '/api/v1/tenants/billing/../elsewhere',
    '/api/v1/services/billing/%2e%2e',
    '/api/v1/services/billing/',
    '/api/v1/services//api',
    '/api/v1/workflows/%2e%2e%2f',
    '/api/v1/workflows/%00',
    '/api/v1/operations/__proto__',
    '/api/v1/operations/constructor',
    '/api/v1/operations/%2e%2e/execute',
    '//api/v1/whoami',
    '/api/v1/../../etc/passwd',
    '/docs/..%2f..%2fpackage.json',
    '/docs/%2e%2e/%2e%2e/package.json',
  ])('answers %s with a problem', async (path) => {
    const { status, text } = await raw(path);
    expect([path, status]).toEqual([path, expect.any(Number)]);
    expect([400, 404, 405]).toContain(status);
    expect(text).not.toMatch(/\n\s+at |node_modules|mctl-test-|"dependencies"/);
  });

  it.each(['__proto__', 'constructor', '%2e%2e', '', '%00', 'create-tenant%2f..', 'Create-Tenant'])(
    'executes nothing called %p',
    async (name) => {
      const { status } = await raw(`/api/v1/operations/${name}/execute`, 'POST');
      expect(status).toBe(404);
    },
  );

  it('S22 lets the team in the path win over one in the query', async () => {
    const { status, text } = await raw('/api/v1/tenants/billing?team=elsewhere');
    expect([status, (JSON.parse(text) as { name: string }).name]).toEqual([200, 'billing']);
  });
});

describe('text that is allowed and strange', () => {
  it('S31 S33 forges no trailer and breaks no file', async () => {
    const client = await signedIn(program, 'admin');
    const reason = 'first line\r\n\r\nOperation-Id: forged\nRequested-By: somebody else';
    const description = '"}\n---\nkind: Secret\ntenant: {name: evil}\n# ${x} {{ y }}';
    const { body } = await client.execute('create-tenant', { team: 'strange', reason, description, wait_seconds: 25 });
    expect(body.operation.status).toBe('succeeded');
    const message = await git(program.gitDir, 'log', '-1', '--format=%B', 'main');
    expect(message.match(/^Operation-Id: .*$/gm)).toEqual([`Operation-Id: ${body.operation.id}`]);
    expect(message.match(/^Requested-By: .*$/gm)).toEqual(['Requested-By: admin']);
    expect((await client.get('/api/v1/tenants/strange')).body).toMatchObject({ name: 'strange', description });
    before = await state();
  });
});
