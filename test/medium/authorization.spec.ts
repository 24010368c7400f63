import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readContract } from '../support/contract-file';
import { bearer, callMcp, callRest, type DoorAnswer, lastMessage, MCP_HEADERS } from '../support/doors';
import { forgedTokens } from '../support/forged-tokens';
import { done, furnish, PEOPLE, type Role, ROLES, signedIn } from '../support/furnish';
import { GITHUB_NOWHERE } from '../support/github-settings';
import { git, Person } from '../support/plain-git';
import { Program } from '../support/program';
import { tokenFor } from '../support/tokens';
import { exampleOf, type Furniture } from '../support/tool-examples';

/** The least role of each tool comes from the contract, not from the code under test. */
const LADDER: readonly Role[] = ['stranger', 'viewer', 'developer', 'owner', 'admin'];
const contract = new Map(readContract().map((tool) => [tool.name, tool]));
/** Who owns a team already, this one or another. */
const OWNERS: readonly Role[] = ['owner', 'stranger'];
const GHOST = 'billinx';
const GHOST_INCIDENT = 'f'.repeat(32);
const TENANT_FILE = 'platform-gitops/tenants/billing/values.yaml';

let program: Program;
let about: Furniture;
let operations: Map<string, string>;
let tools: string[];
const tokens = {} as Record<Role, string>;

beforeAll(async () => {
  program = await Program.start({ env: { ...GITHUB_NOWHERE } });
  about = await furnish(program);
  for (const role of ROLES) tokens[role] = await tokenFor(program.dataDir, PEOPLE[role]);
  const { body } = await (await signedIn(program, 'admin')).get('/api/v1/operations?limit=200');
  operations = new Map((body.items as { tool: string; name: string }[]).map(({ tool, name }) => [tool, name]));
  tools = await listed(tokens.admin);
});

afterAll(() => program?.dispose());

async function listed(token: string, url = program.url): Promise<string[]> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
  const response = await fetch(new URL('/mcp', url), {
    method: 'POST',
    headers: { ...MCP_HEADERS, ...bearer(token) },
    body,
  });
  return (lastMessage(await response.text()).result.tools as { name: string }[]).map(({ name }) => name);
}

type Door = (token: string, tool: string, args: Record<string, unknown>) => Promise<DoorAnswer>;
const DOORS: Record<string, Door> = {
  MCP: (token, tool, args) => callMcp(program.url, token, tool, args),
  REST: (token, tool, args) => callRest(program.url, token, tool, args, operations.get(tool)),
};

/** Valid arguments that leave everything as it is. */
function harmless(tool: string, where: Furniture = about): Record<string, unknown> {
  return { ...exampleOf(tool, where), ...(operations.has(tool) && { dry_run: true }) };
}

/** The role a caller has for a tool: with an argument `team`, in that team; otherwise wherever they have the best one. */
function mayCall(role: Role, tool: string): boolean {
  const least = contract.get(tool)?.role;
  return least === 'any' || LADDER.indexOf(role) >= LADDER.indexOf(least as Role);
}

/** `mctl_list_workflows` and the like are open to everybody; the team that they are asked about is not. */
function namesForeignTeam(role: Role, tool: string): boolean {
  return role === 'stranger' && 'team' in harmless(tool) && tool !== 'mctl_create_tenant';
}

async function head(): Promise<string> {
  return git(program.gitDir, 'rev-parse', 'main');
}

describe.each(Object.keys(DOORS))('role by tool over %s', (door) => {
  const call: Door = (...args) => (DOORS[door] as Door)(...args);

  it.each(ROLES)('S20 gives the %s what the contract gives that role, and nothing more', async (role) => {
    const before = await head();
    for (const tool of tools) {
      const answer = await call(tokens[role], tool, harmless(tool));
      const allowed = mayCall(role, tool) && !namesForeignTeam(role, tool);
      // Whoever owns a team may not have a second one: the plan's own rule, behind the door.
      const code = tool === 'mctl_create_tenant' && OWNERS.includes(role) ? 'one_tenant_each' : undefined;
      const refusal =
        tool === 'mctl_list_tenants'
          ? 'not_allowed'
          : role === 'stranger'
            ? expect.stringMatching(/_not_found$/)
            : 'role_too_low';
      expect([tool, answer.code]).toEqual([tool, code ?? (allowed ? undefined : refusal)]);
      if (!answer.ok) {
        expect(answer.body).toMatchObject({
          retryable: false,
          correlation_id: expect.stringMatching(/^\w+$/),
          message: expect.any(String),
        });
      }
    }
    expect(await head()).toBe(before);
  });

  it('S21 answers a stranger about a team byte for byte as about one that does not exist', async () => {
    for (const tool of tools) {
      const real = harmless(tool);
      if (
        JSON.stringify(real) ===
        JSON.stringify(
          harmless(tool, { team: GHOST, service: 'ghost', workflow: 'x', preview: 'ghosts', incident: GHOST_INCIDENT }),
        )
      ) {
        continue;
      }
      const { team, workflow } = about;
      const ghost = workflow.replace(/.{4}$/, 'zzzz');
      const imagined = harmless(tool, { ...about, team: GHOST, workflow: ghost, incident: GHOST_INCIDENT });
      const [here, nowhere] = [await call(tokens.stranger, tool, real), await call(tokens.stranger, tool, imagined)];
      const plain = (answer: DoorAnswer): string =>
        answer.text
          .replaceAll(String(answer.body.correlation_id), 'ID')
          .replaceAll(GHOST, team)
          .replaceAll(ghost, workflow)
          .replaceAll(GHOST_INCIDENT, about.incident);
      expect([tool, here.status, plain(here)]).toEqual([tool, nowhere.status, plain(nowhere)]);
      expect(here.ok).toBe(false);
    }
  });

  it('S21 tells a stranger with bad arguments no more than one with good ones', async () => {
    for (const tool of tools.filter((each) => 'team' in harmless(each) && each !== 'mctl_create_tenant')) {
      const answer = await call(tokens.stranger, tool, { ...harmless(tool), surprise: 'x' });
      // Where everybody may call, the arguments are read before the team is looked up.
      expect([tool, answer.code]).toEqual([
        tool,
        contract.get(tool)?.role === 'any' ? 'invalid_input' : 'team_not_found',
      ]);
    }
  });
});

describe('tools/list', () => {
  it.each([...ROLES, 'newcomer'] as const)(
    'S20 shows the %s exactly the tools that a role of theirs opens',
    async (role) => {
      const token = role === 'newcomer' ? await tokenFor(program.dataDir, 'nobody-knows-me') : tokens[role];
      // The stranger to this team owns another one.
      const effective = role === 'newcomer' ? 'stranger' : role === 'stranger' ? 'owner' : role;
      expect(await listed(token)).toEqual(tools.filter((tool) => mayCall(effective, tool)));
    },
  );

  it('is sorted, and complete for administrators', () => {
    expect(tools).toEqual([...tools].sort());
    expect(tools.length).toBeGreaterThanOrEqual(18);
  });
});

describe('tokens', () => {
  const refused = async (
    init: RequestInit,
    path = '/api/v1/whoami',
  ): Promise<[number, string | null, string | undefined]> => {
    const response = await fetch(new URL(path, program.url), init);
    return [
      response.status,
      response.headers.get('www-authenticate'),
      ((await response.json()) as { code?: string }).code,
    ];
  };
  const post = (token: string): RequestInit => ({
    method: 'POST',
    headers: { ...MCP_HEADERS, ...bearer(token) },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
  });

  it('S10 refuses every forged one at both doors, with a challenge', async () => {
    const forged = Object.entries(await forgedTokens(program.dataDir));
    expect(forged.length).toBeGreaterThan(20);
    for (const [what, token] of forged) {
      const expected = [
        what,
        401,
        expect.stringMatching(/^Bearer realm="mctl", error="invalid_token", .*resource_metadata="http:/),
        what === 'expired' ? 'token_expired' : expect.stringMatching(/^(invalid_token|unauthenticated)$/),
      ];
      expect([what, ...(await refused({ headers: bearer(token) }))]).toEqual(expected);
      expect([what, ...(await refused(post(token), '/mcp'))]).toEqual(expected);
    }
  });

  it('S11 looks at the Authorization header only', async () => {
    const none = [401, expect.stringMatching(/^Bearer realm="mctl", scope=/), 'unauthenticated'];
    expect(await refused({}, `/api/v1/whoami?access_token=${tokens.admin}`)).toEqual(none);
    expect(await refused({ headers: { Cookie: `token=${tokens.admin}` } })).toEqual(none);
    expect(await refused({ headers: { 'X-Authorization': `Bearer ${tokens.admin}` } })).toEqual(none);
    const body = JSON.stringify({ access_token: tokens.admin, team: 'x' });
    expect(
      await refused(
        { method: 'POST', headers: { 'Content-Type': 'application/json' }, body },
        '/api/v1/operations/create-tenant/execute',
      ),
    ).toEqual(none);
    expect(await refused({ ...post(tokens.admin), headers: MCP_HEADERS }, `/mcp?access_token=${tokens.admin}`)).toEqual(
      none,
    );
  });

  it.each(['Basic', 'Token', 'BearerX', ''])('refuses the scheme %p', async (scheme) => {
    expect((await refused({ headers: { Authorization: `${scheme} ${tokens.admin}`.trim() } }))[0]).toBe(401);
  });

  it('knows the scheme whatever its case', async () => {
    const { status } = await fetch(new URL('/api/v1/whoami', program.url), {
      headers: { Authorization: `bearer ${tokens.admin}` },
    });
    expect(status).toBe(200);
  });

  it('refuses a token of another installation', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mctl-foreign-'));
    expect((await refused({ headers: bearer(await tokenFor(folder, 'admin')) }))[0]).toBe(401);
    rmSync(folder, { recursive: true, force: true });
  });
});

describe('roles in the repository', () => {
  let person: Person;
  let original: string;
  const folder = mkdtempSync(join(tmpdir(), 'mctl-person-'));
  const read = async (role: Role): Promise<string | undefined> =>
    (await callMcp(program.url, tokens[role], 'mctl_get_tenant', { team: 'billing' })).code;
  const commit = (text: string): Promise<void> => person.publish({ [TENANT_FILE]: text }, 'chore: members');

  beforeAll(async () => {
    person = await Person.clone(program.gitDir, folder);
    original = await git(program.gitDir, 'show', `main:${TENANT_FILE}`);
  });

  afterEach(() => commit(`${original}\n`));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('S16 are taken away at once by a commit of a person', async () => {
    expect(await read('viewer')).toBeUndefined();
    await commit(original.replace(/^ *- userId: vera\n *role: viewer\n/m, ''));
    expect(await read('viewer')).toBe('team_not_found');
    expect(await listed(tokens.viewer)).toEqual(tools.filter((tool) => mayCall('stranger', tool)));
    expect(await read('developer')).toBeUndefined();
  });

  it('give nothing where the file names a role that does not exist', async () => {
    await commit(original.replace('role: developer', 'role: superuser'));
    expect(await read('developer')).toBe('team_not_found');
    expect(await read('viewer')).toBeUndefined();
  });

  it('count as the lesser one where a person is listed twice', async () => {
    await commit(original.replace(/^( *)- userId: vera\n/m, '$1- userId: VERA\n$1  role: owner\n$1- userId: vera\n'));
    const answer = await callMcp(program.url, tokens.viewer, 'mctl_delete_tenant', { team: 'billing', dry_run: true });
    expect(answer.code).toBe('role_too_low');
  });

  it('give nothing where a person is listed twice and one role does not exist', async () => {
    await commit(
      original.replace(/^( *)- userId: vera\n/m, '$1- userId: vera\n$1  role: superuser\n$1- userId: vera\n'),
    );
    expect(await read('viewer')).toBe('team_not_found');
  });

  it('S15 are neither a pass nor a no while the file cannot be read', async () => {
    await commit('tenant: {name: billing\n  members: [');
    for (const role of ['owner', 'developer', 'viewer'] as const) {
      expect(await callMcp(program.url, tokens[role], 'mctl_get_tenant', { team: 'billing' })).toMatchObject({
        ok: false,
        body: { code: 'role_unreadable', retryable: true },
      });
      expect((await callRest(program.url, tokens[role], 'mctl_get_tenant', { team: 'billing' })).status).toBe(503);
      expect(
        (
          await callRest(
            program.url,
            tokens[role],
            'mctl_scale_service',
            { ...about, workflow: undefined, replicas: 1, dry_run: true },
            'scale-service',
          )
        ).status,
      ).toBe(503);
    }
    expect((await callMcp(program.url, tokens.stranger, 'mctl_get_tenant', { team: 'elsewhere' })).ok).toBe(true);
  });

  it('S22 make nobody an administrator, whatever a team is called', async () => {
    const admins = original
      .replaceAll('billing', 'admins')
      .replace('userId: vera\n    role: viewer', 'userId: vera\n    role: owner');
    await person.publish({ 'platform-gitops/tenants/admins/values.yaml': admins }, 'chore: a team called admins');
    expect((await callMcp(program.url, tokens.viewer, 'mctl_whoami', {})).body).toMatchObject({ admin: false });
    expect((await callMcp(program.url, tokens.viewer, 'mctl_list_tenants', {})).code).toBe('not_allowed');
    expect((await callMcp(program.url, tokens.viewer, 'mctl_get_tenant', { team: 'elsewhere' })).code).toBe(
      'team_not_found',
    );
    expect(
      (await callMcp(program.url, tokens.admin, 'mctl_create_tenant', { team: 'admin', dry_run: true })).code,
    ).toBe('reserved_name');
  });
});

describe('MCTL_READ_ONLY', () => {
  let readOnly: Program;

  beforeAll(async () => {
    const first = await Program.start();
    await done(await signedIn(first, 'admin'), 'create-tenant', { team: 'billing' });
    await first.stop();
    readOnly = await Program.start({ dataDir: first.dataDir, env: { MCTL_READ_ONLY: 'true' } });
  });

  afterAll(() => readOnly?.dispose());

  it('S23 hides every tool that writes and refuses it at both doors', async () => {
    const admin = await tokenFor(readOnly.dataDir, 'admin');
    expect(await listed(admin, readOnly.url)).toEqual(tools.filter((tool) => !operations.has(tool)));
    for (const [tool, operation] of operations) {
      const args = { ...exampleOf(tool, about), dry_run: true };
      expect([tool, (await callMcp(readOnly.url, admin, tool, args)).code]).toEqual([tool, 'read_only']);
      expect([tool, (await callRest(readOnly.url, admin, tool, args, operation)).status]).toEqual([tool, 403]);
    }
    expect((await callMcp(readOnly.url, admin, 'mctl_whoami', {})).body.server.read_only).toBe(true);
    expect(Number(await git(readOnly.gitDir, 'rev-list', '--count', '--grep=Operation-Id', 'main'))).toBe(1);
  });
});
