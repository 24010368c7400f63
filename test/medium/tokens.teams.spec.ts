import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RestTestClient } from '../support/clients';
import { bearer, callMcp, callRest, type DoorAnswer, lastMessage, MCP_HEADERS } from '../support/doors';
import { done } from '../support/furnish';
import { allKinds, ask, localToken } from '../support/identities';
import { commitsOf, git, Person } from '../support/plain-git';
import { Program } from '../support/program';
import { githubToken, TestGithub } from '../support/test-github-identities';
import { TestOidc } from '../support/test-oidc';

const TENANT_FILE = 'platform-gitops/tenants/billing/values.yaml';
/** What nobody else writes: wherever it is found, the program put it. */
const CANARY = 'Canary0aB3';

let oidc: TestOidc;
let github: TestGithub;
let program: Program;
let person: Person;
let root: RestTestClient;
const folder = mkdtempSync(join(tmpdir(), 'mctl-teams-'));
const used: string[] = [];

beforeAll(async () => {
  [oidc, github] = await Promise.all([TestOidc.start(), TestGithub.start()]);
  program = await Program.start({
    // Asked at every call: what is taken away at the provider counts at once.
    env: { ...allKinds(oidc.issuer, github.url), MCTL_IDENTITY_CACHE: '0s', LOG_LEVEL: 'debug' },
  });
  root = new RestTestClient(program.url, await localToken(program.dataDir, 'root'));
  const quotas = {
    quota_cpu_limits: '20',
    quota_cpu_requests: '10',
    quota_memory_limits: '20Gi',
    quota_memory_requests: '10Gi',
  };
  await done(root, 'create-tenant', {
    team: 'billing',
    ...quotas,
    members: [
      { user: 'vera', role: 'viewer' },
      { user: 'dex.olga', role: 'owner' },
    ],
    github_teams: [
      { team: 'acme/platform', role: 'developer' },
      { team: 'acme/everybody', role: 'viewer' },
    ],
  });
  await done(root, 'create-tenant', {
    team: 'payments',
    ...quotas,
    github_teams: [{ team: 'acme/payments', role: 'owner' }],
  });
  const api = { action: 'onboard', service: 'api', image: 'ghcr.io/acme/api', image_tag: '1.0.0' };
  await done(root, 'deploy-service', { ...api, team: 'billing' });
  await done(root, 'deploy-service', { ...api, team: 'payments' });
  person = await Person.clone(program.gitDir, folder);
});

afterAll(async () => {
  await program?.dispose();
  await Promise.all([oidc?.stop(), github?.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

/** A GitHub user in these teams, signed in with a token of theirs. */
function githubUser(login: string, ...teams: string[]): string {
  const token = githubToken(`${CANARY}${login}`);
  github.people.set(token, { login, teams });
  used.push(token);
  return token;
}

const SCALE = { team: 'billing', service: 'api', replicas: 2, dry_run: true };
type Call = (token: string, team?: string) => Promise<DoorAnswer>;
const DOORS: Record<string, { read: Call; write: Call }> = {
  MCP: {
    read: (token, team = 'billing') => callMcp(program.url, token, 'mctl_get_tenant', { team }),
    write: (token, team = 'billing') => callMcp(program.url, token, 'mctl_scale_service', { ...SCALE, team }),
  },
  REST: {
    read: (token, team = 'billing') => callRest(program.url, token, 'mctl_get_tenant', { team }),
    write: (token, team = 'billing') =>
      callRest(program.url, token, 'mctl_scale_service', { ...SCALE, team }, 'scale-service'),
  },
};

async function listed(token: string): Promise<string[]> {
  const response = await fetch(new URL('/mcp', program.url), {
    method: 'POST',
    headers: { ...MCP_HEADERS, ...bearer(token) },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
  });
  return (lastMessage(await response.text()).result.tools as { name: string }[]).map(({ name }) => name);
}

describe.each(Object.keys(DOORS))('roles over %s', (door) => {
  const { read, write } = DOORS[door]!;

  it('T1 shows nothing of a team to whoever is in none', async () => {
    const token = githubUser('newcomer');
    expect(await listed(token)).not.toContain('mctl_scale_service');
    expect((await ask('REST', program.url, token)).body.teams).toEqual([]);
    expect((await read(token)).code).toBe('team_not_found');
  });

  it('T2 refuses a call though the tool is listed for another team', async () => {
    const token = githubUser('pia', 'acme/payments');
    expect(await listed(token)).toContain('mctl_scale_service');
    expect((await write(token)).code).toBe('team_not_found');
    expect((await write(token, 'payments')).ok).toBe(true);
  });

  it('T3 S16 lets in after a grant and no longer after it is taken back, at GitHub or in git', async () => {
    const token = githubUser('gus');
    expect((await read(token)).code).toBe('team_not_found');
    github.people.set(token, { login: 'gus', teams: ['acme/everybody'] });
    expect([(await read(token)).ok, (await write(token)).code]).toEqual([true, 'role_too_low']);
    github.people.set(token, { login: 'gus', teams: ['acme/platform'] });
    expect((await write(token)).ok).toBe(true);
    github.people.set(token, { login: 'gus', teams: [] });
    expect((await write(token)).code).toBe('team_not_found');

    github.people.set(token, { login: 'gus', teams: ['acme/platform'] });
    const original = await git(program.gitDir, 'show', `main:${TENANT_FILE}`);
    await person.publish({ [TENANT_FILE]: original.replace('acme/platform', 'acme/nobody') }, 'chore: not they');
    expect((await write(token)).code).toBe('team_not_found');
    await person.publish({ [TENANT_FILE]: `${original}\n` }, 'chore: they again');
    expect((await write(token)).ok).toBe(true);

    github.people.delete(token);
    expect((await read(token)).code).toBe('invalid_token');
  });

  it('T4 S22 opens team A and not team B, whatever the arguments say', async () => {
    const token = githubUser('ann', 'acme/platform');
    expect([(await write(token)).ok, (await write(token, 'payments')).code]).toEqual([true, 'team_not_found']);
    const [here, nowhere] = [await read(token, 'payments'), await read(token, 'nowhere1')];
    const plain = ({ text, body }: DoorAnswer) =>
      text.replaceAll(String(body.correlation_id), 'ID').replaceAll('nowhere1', 'payments');
    expect(plain(here)).toBe(plain(nowhere));
  });

  it('T5 an entry for the person decides over one for their team', async () => {
    const token = githubUser('vera', 'acme/platform');
    expect([(await read(token)).ok, (await write(token)).code]).toEqual([true, 'role_too_low']);
  });

  it('T6 S20 refuses below the list: a tool that is not listed can be called and is denied', async () => {
    const token = githubUser('ron', 'acme/everybody');
    const tools = await listed(token);
    expect([tools.includes('mctl_get_tenant'), tools.includes('mctl_scale_service')]).toEqual([true, false]);
    expect((await write(token)).code).toBe('role_too_low');
  });

  it('tells whose token may not list teams, and gives them nothing', async () => {
    const token = githubUser('mia', 'acme/platform');
    github.people.set(token, { login: 'mia', teams: ['acme/platform'], mayReadOrganizations: false });
    const { body } = await ask('REST', program.url, token);
    expect(body).toMatchObject({
      teams: [],
      warnings: [{ code: 'github_teams_unknown', message: expect.stringContaining('read:org') }],
    });
    const [here, nowhere] = [await read(token), await read(token, 'nowhere1')];
    expect([here.code, nowhere.code]).toEqual(['team_not_found', 'team_not_found']);
    expect(here.body.fix).toContain('read:org');
    expect(nowhere.body.fix).toBe(here.body.fix);
  });

  it('reads all pages of teams, and says that single sign-on hides some', async () => {
    const token = githubUser('max');
    const many = Array.from({ length: 150 }, (_, index) => `acme/team-${index}`);
    github.people.set(token, { login: 'max', teams: [...many, 'acme/platform'], hasPartialTeams: true });
    expect((await write(token)).ok).toBe(true);
    expect((await ask('REST', program.url, token)).body.warnings).toEqual([
      { code: 'github_teams_unknown', message: expect.stringContaining('single sign-on') },
    ]);
  });

  it('counts groups of the issuer as the GitHub teams they name, and members under its prefix', async () => {
    const grace = await oidc.token({ login: 'grace', groups: ['acme:platform', 'admins', 'platform'] });
    expect((await write(grace)).ok).toBe(true);
    const eve = await oidc.token({ login: 'eve', groups: ['platform', 'acme', 'acme:platform:x', 'billing'] });
    expect((await read(eve)).code).toBe('team_not_found');
    expect((await write(await oidc.token({ login: 'olga' }))).ok).toBe(true);
    // `olga` of GitHub is somebody else.
    expect((await read(githubUser('olga'))).code).toBe('team_not_found');
    expect((await ask('REST', program.url, grace)).body.admin).toBe(false);
  });

  it('S15 is neither a pass nor a no while GitHub does not tell the teams', async () => {
    const token = githubUser('uma', 'acme/platform');
    github.behave = (path) => (path.startsWith('/user/teams') ? { status: 502 } : undefined);
    try {
      const answer = await read(token);
      expect([answer.status, answer.code]).toEqual([503, 'github_unavailable']);
    } finally {
      github.behave = () => undefined;
    }
  });
});

it('a role through a GitHub team carries a write to its commit, in the name of the person', async () => {
  const token = githubUser('dora', 'acme/platform');
  const dora = new RestTestClient(program.url, token);
  const { commit } = await done(dora, 'scale-service', { team: 'billing', service: 'api', replicas: 2 });
  const made = (await commitsOf(program.gitDir)).find(({ sha }) => sha === commit.sha);
  expect(made?.trailers).toEqual(
    expect.arrayContaining([
      ['Requested-By', 'dora'],
      ['Auth-Method', 'github'],
    ]),
  );
  const { body } = await callRest(program.url, token, 'mctl_list_recent_operations', {
    team: 'billing',
    actor: 'dora',
  });
  expect(body.items).toEqual(
    expect.arrayContaining([expect.objectContaining({ actor: 'dora', commit: expect.anything() })]),
  );
});

it('an issuer’s person is the author with the address that the issuer has verified', async () => {
  const client = new RestTestClient(program.url, await oidc.token({ login: 'olga' }));
  const { commit } = await done(client, 'scale-service', { team: 'billing', service: 'api', replicas: 3 });
  const made = (await commitsOf(program.gitDir)).find(({ sha }) => sha === commit.sha);
  expect(made?.author).toBe('dex.olga <olga@example.org>');
});

it('S88 a client’s name ends no line of the log', async () => {
  const response = await fetch(new URL('/api/v1/whoami', program.url), {
    headers: { ...bearer('garbage'), 'User-Agent': 'x\\n{"level":60}', 'X-Request-Id': 'a b' },
  });
  expect(response.status).toBe(401);
  for (const line of program.log) expect(() => JSON.parse(line)).not.toThrow();
});

/** Last: it looks at all that the others left behind. */
it('S14 leaves no token anywhere: not in the log, the store, git or the data folder', async () => {
  const bearers = [await localToken(program.dataDir, 'root'), await oidc.token({ login: 'olga' })];
  for (const token of bearers) await ask('MCP', program.url, token);
  const revoked = githubToken(`${CANARY}revoked`);
  expect((await ask('REST', program.url, revoked)).status).toBe(401);
  const secrets = [CANARY, ...bearers.map((token) => token.slice(-40)), ...used.map((token) => token.slice(-24))];
  expect(github.requests.some(({ token }) => token.includes(CANARY))).toBe(true);
  const traces = [program.log.join('\n'), await allObjects(program.gitDir), ...textsIn(program.dataDir)];
  expect(program.log.length).toBeGreaterThan(10);
  expect(traces.length).toBeGreaterThan(10);
  for (const secret of secrets) expect(traces.filter((text) => text.includes(secret))).toEqual([]);
  // What the search would find.
  expect(traces.some((text) => text.includes('Requested-By: dora'))).toBe(true);
  expect(traces.some((text) => text.includes('a credential was refused'))).toBe(true);
});

async function allObjects(gitDir: string): Promise<string> {
  return git(gitDir, 'log', '--all', '-p', '--format=%an %ae %B');
}

function textsIn(place: string): string[] {
  return readdirSync(place, { recursive: true, encoding: 'utf8' }).flatMap((name) => {
    const path = join(place, name);
    return statSync(path).isFile() ? [readFileSync(path, 'latin1')] : [];
  });
}
