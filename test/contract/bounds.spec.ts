import { ModulesContainer } from '@nestjs/core';
import { ACCESS_RULE } from '../../src/platform/auth/access-rule';
import { type ConfigError, readConfig } from '../../src/platform/config';
import { CORE, ToolCatalog, TOOLSET, TOOLSETS, type ToolDeclaration } from '../../src/platform/mcp';
import { bearer, callRest, lastMessage, MCP_HEADERS } from '../support/doors';
import type { Loose } from '../support/loose';
import { ScratchApp } from '../support/scratch-app';
import { tokenFor } from '../support/tokens';
import { exampleOf } from '../support/tool-examples';

const NOWHERE = {
  team: 'nowhere',
  service: 'api',
  workflow: 'deploy-service-x',
  preview: 'a1b2c3',
  incident: '0123456789abcdef',
};
const ALWAYS = ['mctl_get_workflow_status', 'mctl_whoami'];
const RATES = { MCTL_READS_PER_MINUTE: '1000000', MCTL_WRITES_PER_MINUTE: '1000000' };

interface Asked {
  readonly query?: string;
  readonly headers?: Record<string, string>;
}

let scratch: ScratchApp;
let catalog: ToolCatalog;
let tools: ToolDeclaration[];

beforeAll(async () => {
  scratch = await ScratchApp.start(RATES);
  catalog = scratch.app.get(ToolCatalog);
  tools = catalog.declarations;
});

afterAll(() => scratch?.stop());

async function send(app: ScratchApp, method: string, params: object, { query = '', headers = {} }: Asked) {
  const response = await fetch(new URL(`/mcp${query}`, app.url), {
    method: 'POST',
    headers: { ...MCP_HEADERS, ...bearer(await tokenFor(app.dataDir, 'admin')), ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  return { status: response.status, body: lastMessage(await response.text()) };
}

async function listed(app: ScratchApp, asked: Asked): Promise<string[]> {
  const { body } = await send(app, 'tools/list', {}, asked);
  return (body.result.tools as { name: string }[]).map(({ name }) => name);
}

/** The code of the refusal, whatever refuses. */
async function codeOf(app: ScratchApp, tool: string, asked: Asked): Promise<unknown> {
  const { body } = await send(app, 'tools/call', { name: tool, arguments: argumentsOf(tool) }, asked);
  const answer: Loose = JSON.parse(body.result.content[0].text as string);
  return body.result.isError ? answer.code : undefined;
}

const kindOf = (name: string) => catalog.accessOf(name)?.kind;
const argumentsOf = (name: string) => ({
  ...exampleOf(name, NOWHERE),
  ...(kindOf(name) !== 'read' && { dry_run: true }),
});
const within = (toolsets: readonly string[]) =>
  tools.map(({ name }) => name).filter((name) => [CORE, ...toolsets].includes(catalog.groupOf(name) ?? 'none'));

describe('toolsets', () => {
  it('hold every tool, none is empty, and only two tools are in none', () => {
    const groups = tools.map(({ name }) => catalog.groupOf(name));
    expect([...new Set(groups)].sort()).toEqual([CORE, ...TOOLSETS].sort());
    expect(within([])).toEqual(ALWAYS);
  });

  it('hold every route with an access rule: closed by default would refuse others for good', () => {
    const owners = [...scratch.app.get(ModulesContainer).values()].flatMap((module) => [
      ...module.controllers.values(),
    ]);
    const methods = owners.flatMap(({ metatype }) =>
      Object.values(Object.getOwnPropertyDescriptors((metatype as { prototype: object }).prototype)).flatMap(
        ({ value }) => (typeof value === 'function' ? [value as object] : []),
      ),
    );
    const ruled = methods.filter((method) => typeof Reflect.getMetadata(ACCESS_RULE, method) === 'object');
    expect(ruled.length).toBeGreaterThan(60);
    expect(ruled.filter((method) => !Reflect.hasMetadata(TOOLSET, method))).toEqual([]);
  });
});

describe.each(TOOLSETS)('a connection bound to %s', (toolset) => {
  const asked = { query: `?toolsets=${toolset}` };

  it('lists its tools and no other, by address as by header', async () => {
    expect(await listed(scratch, asked)).toEqual(within([toolset]));
    expect(await listed(scratch, { headers: { 'X-MCTL-Toolsets': toolset } })).toEqual(within([toolset]));
  });

  it('refuses every other tool at the call, and only those', async () => {
    for (const { name } of tools) {
      const expected = within([toolset]).includes(name) ? expect.not.stringMatching('outside') : 'outside_toolsets';
      expect([name, (await codeOf(scratch, name, asked)) ?? 'none']).toEqual([name, expected]);
    }
  });
});

describe('a connection that only reads', () => {
  it.each([
    { query: '?readonly' },
    { query: '?readonly=true' },
    { headers: { 'X-MCTL-Readonly': 'true' } },
    { query: '?readonly=false', headers: { 'X-MCTL-Readonly': 'true' } },
    { query: '?readonly=true', headers: { 'X-MCTL-Readonly': 'false' } },
  ])('lists the tools that read: %j', async (asked) => {
    expect(await listed(scratch, asked)).toEqual(
      tools.map(({ name }) => name).filter((name) => kindOf(name) === 'read'),
    );
  });

  it('refuses every write at the call, dry or not, at both doors', async () => {
    const admin = await tokenFor(scratch.dataDir, 'admin');
    for (const { name, access } of tools.filter((tool) => tool.access.kind !== 'read')) {
      expect([name, await codeOf(scratch, name, { query: '?readonly' })]).toEqual([name, 'read_only']);
      const response = await fetch(new URL(`/api/v1/operations/${access.name}/execute`, scratch.url), {
        method: 'POST',
        headers: { ...bearer(admin), 'Content-Type': 'application/json', 'X-MCTL-Readonly': 'true' },
        body: JSON.stringify(argumentsOf(name)),
      });
      expect([name, response.status, (await response.json()).code]).toEqual([name, 403, 'read_only']);
    }
  });

  it('says who can change that', async () => {
    const { body } = await send(
      scratch,
      'tools/call',
      { name: 'mctl_scale_service', arguments: argumentsOf('mctl_scale_service') },
      { query: '?readonly' },
    );
    expect(JSON.parse(body.result.content[0].text as string)).toMatchObject({
      message: 'scale-service changes something, and this connection is read-only.',
      fix: expect.stringContaining('X-MCTL-Readonly'),
    });
  });
});

describe('bounds together', () => {
  it('only tighten: address and header leave what both name', async () => {
    const both = { query: '?toolsets=services,domains', headers: { 'X-MCTL-Toolsets': 'domains,incidents' } };
    expect(await listed(scratch, both)).toEqual(within(['domains']));
  });

  it('cannot be escaped by another spelling of the path', async () => {
    const { body } = await send(scratch, 'tools/list', {}, { query: '/?readonly' });
    expect((body.result.tools as { name: string }[]).every(({ name }) => kindOf(name) === 'read')).toBe(true);
  });

  it('give the same list again, not one made anew', async () => {
    const admin = { isAdmin: true, login: 'admin' } as never;
    const list = await catalog.visibleTo(admin, { isReadOnly: true });
    expect(await catalog.visibleTo(admin, { isReadOnly: true })).toBe(list);
    expect(await catalog.visibleTo(admin, { isReadOnly: false })).not.toBe(list);
  });
});

describe('bounds that cannot be read', () => {
  it.each<[string, Asked]>([
    ['toolsets', { query: '?toolsets=services,nonsense' }],
    ['toolsets', { query: '?toolsets=' }],
    ['toolsets', { query: '?toolsets=services&toolsets=domains' }],
    ['toolsets', { query: '?toolsets=core' }],
    ['X-MCTL-Toolsets', { headers: { 'X-MCTL-Toolsets': 'Services' } }],
    ['readonly', { query: '?readonly=no' }],
    ['X-MCTL-Readonly', { headers: { 'X-MCTL-Readonly': '1' } }],
  ])('are refused with what is allowed: %s', async (field, asked) => {
    for (const method of ['tools/list', 'tools/call', 'ping']) {
      const { status, body } = await send(scratch, method, { name: 'mctl_whoami', arguments: {} }, asked);
      const allowed = field.toLowerCase().includes('toolsets') ? TOOLSETS : ['true', 'false'];
      const { code, data } = body.error;
      expect([status, code, data.field, data.allowed]).toEqual([400, -32602, field, allowed]);
    }
  });

  it.each(['?toolset=services', '?read_only', '?readonly&Toolsets=services'])(
    'are refused where the name is misspelt, with the names there are: %s',
    async (query) => {
      const { status, body } = await send(scratch, 'tools/list', {}, { query });
      const { data } = body.error;
      expect([status, data.field, data.allowed]).toEqual([400, 'query', ['readonly', 'toolsets']]);
      expect(data.fix).toContain('/mcp?toolsets=');
    },
  );

  it('stop the program before it starts', () => {
    const start = () => readConfig({ MCTL_TOOLSETS: 'services,nonsense' });
    expect(start).toThrow(
      /MCTL_TOOLSETS must be a comma list of databases, domains, .*tenants, got "services,nonsense"/,
    );
    expect(() => readConfig({ MCTL_TOOLSETS: 'core' }) as unknown as ConfigError).toThrow('MCTL_TOOLSETS');
    expect(readConfig({ MCTL_TOOLSETS: ' services, tenants ' }).values.toolsets).toEqual(['services', 'tenants']);
    expect(readConfig({}).values.toolsets).toEqual([]);
  });
});

// Last: passport keeps one set of strategies per process, so another program takes over for good.
describe('bounds of the settings', () => {
  let bound: ScratchApp;

  beforeAll(async () => {
    bound = await ScratchApp.start({ ...RATES, MCTL_TOOLSETS: 'services,incidents' });
  });

  afterAll(() => bound?.stop());

  it('are not loosened by a connection, only tightened', async () => {
    expect(await listed(bound, {})).toEqual(within(['services', 'incidents']));
    expect(await listed(bound, { query: '?toolsets=domains' })).toEqual(within([]));
    expect(await listed(bound, { query: '?toolsets=services,tenants&readonly' })).toEqual(
      within(['services']).filter((name) => kindOf(name) === 'read'),
    );
  });

  it('hold for REST as well, for reads and writes alike', async () => {
    const admin = await tokenFor(bound.dataDir, 'admin');
    for (const { name, access } of tools) {
      const operation = access.kind === 'read' ? undefined : access.name;
      const { code = 'none' } = await callRest(bound.url, admin, name, argumentsOf(name), operation);
      const isThere = within(['services', 'incidents']).includes(name);
      expect([name, code]).toEqual([name, isThere ? expect.not.stringMatching('outside') : 'outside_toolsets']);
    }
  });
});
