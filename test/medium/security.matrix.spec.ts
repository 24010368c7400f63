import { readContract } from '../support/contract-file';
import { bearer, callMcp, callRest, type DoorAnswer, lastMessage, MCP_HEADERS } from '../support/doors';
import { done, furnish, PEOPLE, type Role, signedIn } from '../support/furnish';
import { GITHUB_NOWHERE } from '../support/github-settings';
import type { Loose } from '../support/loose';
import { git } from '../support/plain-git';
import { Program } from '../support/program';
import { tokenFor } from '../support/tokens';
import { DOMAIN, exampleOf, type Furniture } from '../support/tool-examples';

/**
 * Tools and operations are asked of the server, so a new one is tried here the day it is born. Two teams: `billing`, with one of
 * everything, and `elsewhere`, whose owner is the stranger to the first.
 */
const OWN_TEAM = 'elsewhere';
const OWN_SERVICE = 'web';

let program: Program;
let about: Furniture;
let operations: Map<string, string>;
let tools: ListedTool[];
/** What was never there, of the same form as what is. */
let ghosts: Map<string, string>;

type Caller = 'nobody' | 'newcomer' | Role;
interface ListedTool {
  readonly name: string;
  readonly inputSchema: { readonly properties: Readonly<Record<string, unknown>> };
}
type Arguments = Record<string, unknown>;
type Door = (token: string, tool: string, args: Arguments) => Promise<DoorAnswer>;

const DOORS: Readonly<Record<string, Door>> = {
  MCP: (token, tool, args) => callMcp(program.url, token, tool, args),
  REST: (token, tool, args) => callRest(program.url, token, tool, args, operations.get(tool)),
};

beforeAll(async () => {
  program = await Program.start({ env: { ...GITHUB_NOWHERE } });
  about = await furnish(program);
  await done(await signedIn(program, 'admin'), 'deploy-service', {
    ...{ action: 'onboard', team: OWN_TEAM, service: OWN_SERVICE },
    ...{ image: 'ghcr.io/acme/web', image_tag: '1.0.0' },
  });
  const { items } = (await (await signedIn(program, 'admin')).get('/api/v1/operations?limit=200')).body;
  operations = new Map((items as { tool: string; name: string }[]).map(({ tool, name }) => [tool, name]));
  tools = await listed('admin');
  ghosts = new Map([
    [about.team, 'billinx'],
    [about.service, 'apx'],
    [about.workflow, about.workflow.replace(/.{4}$/, 'zzzz')],
    [about.preview, 'ghosts'],
    [about.incident, 'f'.repeat(about.incident.length)],
    [about.incident.slice(0, 8), 'f'.repeat(8)],
    [DOMAIN, 'ghost.example.com'],
  ]);
});

afterAll(() => program?.dispose());

async function tokenOf(caller: Caller): Promise<string> {
  if (caller === 'nobody') return '';
  return tokenFor(program.dataDir, caller === 'newcomer' ? 'nobody-knows-me' : PEOPLE[caller]);
}

async function listed(caller: Caller): Promise<ListedTool[]> {
  if (caller === 'nobody') return [];
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
  const headers = { ...MCP_HEADERS, ...bearer(await tokenOf(caller)) };
  const response = await fetch(new URL('/mcp', program.url), { method: 'POST', headers, body });
  return lastMessage(await response.text()).result.tools as ListedTool[];
}

/** Every item of a list, page by page, as an administrator sees it. */
async function allOf(path: string): Promise<Loose[]> {
  const admin = await signedIn(program, 'admin');
  const items: Loose[] = [];
  for (let cursor = ''; ;) {
    const { body } = await admin.get(`/api/v1/${path}?limit=200${cursor && `&cursor=${cursor}`}`);
    items.push(...(body.items as Loose[]));
    if (body.next_cursor === null) return items;
    cursor = body.next_cursor as string;
  }
}

/** All that a call can leave behind, but for the audit entry that it was refused. */
async function effects(): Promise<object> {
  return {
    head: await git(program.gitDir, 'rev-parse', 'main'),
    workflows: (await allOf('workflows')).map(({ workflow, status }) => [workflow, status]),
    audit: (await allOf('audit')).filter(({ status }) => status !== 'refused'),
    incidents: (await allOf('incidents')).map(({ id, status }) => [id, status]),
  };
}

/** The same arguments about things that never were. */
function imagined(args: Arguments): Arguments {
  const entries = Object.entries(args).map(([name, value]) => [name, ghosts.get(String(value)) ?? value]);
  return Object.fromEntries(entries) as Arguments;
}

/** An answer without its ids, and with real names where those that never were stand. */
function plain({ text, body }: DoorAnswer): string {
  return [...ghosts].reduce(
    (words, [real, ghost]) => words.replaceAll(ghost, real),
    text.replaceAll(String(body.correlation_id), 'ID'),
  );
}

const isAboutTeam = (tool: string): boolean => {
  const args = exampleOf(tool, about);
  return JSON.stringify(imagined(args)) !== JSON.stringify(args);
};
const withoutEffect = (tool: string): Arguments => (operations.has(tool) ? { dry_run: true } : {});

describe.each(Object.keys(DOORS))('over %s', (door) => {
  const call: Door = (...args) => (DOORS[door] as Door)(...args);

  // No dry runs here: whatever got through would be seen.
  it.each<[Caller, refusal: unknown, atLeast: number]>([
    ['nobody', 'unauthenticated', 39],
    ['newcomer', expect.stringMatching(/_not_found$|^not_allowed$/), 25],
    ['stranger', expect.stringMatching(/_not_found$|^not_allowed$/), 30],
    ['viewer', expect.stringMatching(/^role_too_low$|^not_allowed$/), 15],
    ['developer', expect.stringMatching(/^role_too_low$|^not_allowed$/), 2],
    ['owner', 'not_allowed', 1],
  ])(
    'S20 S22 refuses the %s every tool that is not theirs to call here, and nothing comes of it',
    async (caller, refusal, atLeast) => {
      const [token, shown, before] = [await tokenOf(caller), await listed(caller), await effects()];
      const isOutside = caller === 'newcomer' || caller === 'stranger';
      const foreign = tools.filter(
        ({ name }) => !shown.some((each) => each.name === name) || (isOutside && isAboutTeam(name)),
      );
      expect(foreign.length).toBeGreaterThanOrEqual(atLeast);
      for (const { name } of foreign) {
        const answer = await call(token, name, exampleOf(name, about));
        expect([name, answer.ok, answer.code]).toEqual([name, false, refusal]);
      }
      expect(await effects()).toEqual(before);
    },
  );

  it('S21 says the same of each thing of another team as of one that never was, under its team', async () => {
    const token = await tokenOf('stranger');
    const tried = tools.filter(({ name }) => isAboutTeam(name)).map(({ name }) => name);
    expect(tried.length).toBeGreaterThan(30);
    for (const tool of tried) {
      const args = { ...exampleOf(tool, about), ...withoutEffect(tool) };
      await expectSame(call, token, tool, args);
    }
  });

  it('S21 says the same of each thing of another team as of one that never was, under a team of one’s own', async () => {
    const token = await tokenOf('stranger');
    const services = [OWN_SERVICE, about.service];
    for (const { name: tool } of tools.filter(({ name }) => 'team' in exampleOf(name, about))) {
      for (const service of services) {
        const args = { ...exampleOf(tool, { ...about, team: OWN_TEAM, service }), ...withoutEffect(tool) };
        if (JSON.stringify(imagined(args)) !== JSON.stringify(args)) await expectSame(call, token, tool, args);
      }
    }
  });

  it('S21 takes the beginning of another team’s id for none, too', async () => {
    const token = await tokenOf('stranger');
    const ofIncidents = tools.filter(({ name }) => exampleOf(name, about).id === about.incident);
    expect(ofIncidents.length).toBeGreaterThanOrEqual(3);
    for (const { name } of ofIncidents) {
      await expectSame(call, token, name, { id: about.incident.slice(0, 8), ...withoutEffect(name) });
    }
  });

  it('S21 says the same of another’s confirmation and key as of ones that never were', async () => {
    const [owner, stranger] = [await tokenOf('owner'), await tokenOf('stranger')];
    const asked = await call(owner, 'mctl_delete_tenant', { team: about.team });
    const theirs = String(asked.body.plan.confirm_token);
    for (const team of [about.team, OWN_TEAM]) {
      const [real, none] = await Promise.all(
        [theirs, theirs.replace(/.{6}$/, 'AAAAAA')].map((confirm_token) =>
          call(stranger, 'mctl_delete_tenant', { team, confirm_token }),
        ),
      );
      expect([team, real?.ok, plain(real as DoorAnswer)]).toEqual([team, false, plain(none as DoorAnswer)]);
    }
    const key = `of-the-owner-${door}`;
    const scale = { team: about.team, service: about.service, replicas: 2 };
    expect((await call(owner, 'mctl_scale_service', { ...scale, idempotency_key: key, wait_seconds: 25 })).ok).toBe(
      true,
    );
    const [real, none] = await Promise.all(
      [key, `of-nobody-${door}`].map((idempotency_key) =>
        call(stranger, 'mctl_scale_service', { ...scale, idempotency_key }),
      ),
    );
    expect([real?.code, plain(real as DoorAnswer)]).toEqual(['team_not_found', plain(none as DoorAnswer)]);
  });

  it('S21 S22 another team’s cursor leads to one’s own items alone', async () => {
    const [owner, stranger] = [await tokenOf('admin'), await tokenOf('stranger')];
    const lists = tools.filter(({ inputSchema: { properties } }) => 'cursor' in properties);
    let tried = 0;
    for (const { name } of lists) {
      const args = exampleOf(name, about);
      const first = await call(owner, name, { ...args, limit: 1 });
      const theirs = first.body.next_cursor as string | null;
      if (theirs === null) continue;
      tried += 1;
      const own = 'team' in args ? { ...args, team: OWN_TEAM } : args;
      const [real, none] = [theirs, beside(theirs)].map((cursor) => call(stranger, name, { ...own, cursor }));
      expect([name, plain((await real) as DoorAnswer)]).toEqual([name, plain((await none) as DoorAnswer)]);
      expect([name, thingsOf((await real) as DoorAnswer)]).toEqual([name, []]);
    }
    expect(tried).toBeGreaterThanOrEqual(3);
  });

  it('S22 takes a team only by its name, and no second one along', async () => {
    const token = await tokenOf('stranger');
    const before = await effects();
    const { team } = about;
    const odd = [[OWN_TEAM, team], { name: team }, `${OWN_TEAM},${team}`, `${OWN_TEAM}/../${team}`, '*', `${team}\0`];
    const alone = [team.toUpperCase(), ` ${team}`, `${team}/`, `bіlling`];
    const more = [
      { tenant: team },
      { teams: [team] },
      { namespace: team },
      { actor: PEOPLE.owner },
      { login: 'admin' },
    ];
    const andMore = [{ role: 'owner' }, { is_admin: true }, { on_behalf_of: PEOPLE.owner }];
    const ofTeams = tools.filter(({ name }) => 'team' in exampleOf(name, about) && name !== 'mctl_create_tenant');
    for (const { name: tool, inputSchema } of ofTeams) {
      const args = { ...exampleOf(tool, about), ...withoutEffect(tool) };
      for (const other of [...odd, ...alone]) {
        const answer = await call(token, tool, { ...args, team: other });
        expect([tool, other, answer.ok]).toEqual([tool, other, false]);
      }
      // A filter by actor is no claim to be that person.
      const undeclared = [...more, ...andMore].filter(
        (each) => !Object.keys(each).some((name) => name in inputSchema.properties),
      );
      for (const smuggled of undeclared) {
        const answer = await call(token, tool, { ...args, team: OWN_TEAM, ...smuggled });
        expect([tool, smuggled, answer.code]).toEqual([tool, smuggled, 'invalid_input']);
      }
    }
    expect(await effects()).toEqual(before);
  });

  it('S22 shows whoever names no team what is theirs', async () => {
    const token = await tokenOf('stranger');
    for (const { name } of tools.filter((each) => contractKind(each.name) === 'read')) {
      const { team: _, ...rest } = exampleOf(name, about);
      if (Object.keys(rest).length > 0) continue;
      const answer = await call(token, name, {});
      expect([name, thingsOf(answer)]).toEqual([name, []]);
    }
  });
});

it('S22 takes nobody’s word in a header for who they are or where they belong', async () => {
  const headers = Object.fromEntries(['X-Team', 'X-Tenant', 'X-Scope-OrgID'].map((name) => [name, about.team]));
  const people = ['X-User', 'X-Remote-User', 'X-Auth-Request-User', 'Impersonate-User', 'From'];
  const named = Object.fromEntries(people.map((name) => [name, PEOPLE.owner]));
  const response = await fetch(new URL(`/api/v1/tenants/${about.team}`, program.url), {
    headers: { ...bearer(await tokenOf('stranger')), ...headers, ...named },
  });
  expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([404, 'team_not_found']);
  // What a proxy says of people is no better; a local token that comes with it is refused altogether.
  const forwarded = { 'X-Forwarded-User': PEOPLE.owner, 'X-Forwarded-Groups': about.team };
  for (const all of [
    { ...headers, ...named, ...forwarded },
    { ...forwarded, ...bearer(await tokenOf('stranger')) },
  ]) {
    expect((await fetch(new URL('/api/v1/whoami', program.url), { headers: all })).status).toBe(401);
  }
});

it('S22 takes no second team in a query', async () => {
  const client = await signedIn(program, PEOPLE.stranger);
  for (const query of [`team=${OWN_TEAM}&team=${about.team}`, `team[]=${about.team}`, `team[name]=${about.team}`]) {
    for (const list of ['workflows', 'audit', 'services', 'incidents', 'previews', 'domains']) {
      const { status, body } = await client.get(`/api/v1/${list}?${query}`);
      expect([list, query, status, body.code]).toEqual([list, query, 400, 'invalid_input']);
    }
  }
});

it('S21 a report by hand says the same of another team as of none', async () => {
  const client = await signedIn(program, PEOPLE.stranger);
  const report = async (team: string): Promise<string> => {
    const body = JSON.stringify({ team, service: 'api', type: 'pod_crashloop', summary: 'again and again' });
    const answer = await client.request('POST', '/api/v1/incidents', body);
    expect(answer.status).toBe(404);
    return JSON.stringify({ ...answer.body, correlation_id: '' }).replaceAll(team, 'TEAM');
  };
  expect(await report(about.team)).toBe(await report('billinx'));
});

async function expectSame(call: Door, token: string, tool: string, args: Arguments): Promise<void> {
  const [here, nowhere] = [await call(token, tool, args), await call(token, tool, imagined(args))];
  expect([tool, here.status, plain(here)]).toEqual([tool, nowhere.status, plain(nowhere)]);
  expect([tool, here.ok]).toEqual([tool, false]);
}

/** A cursor that stands where the given one does for everybody else's items. */
function beside(cursor: string): string {
  const key = Buffer.from(cursor, 'base64url').toString();
  const other = key.replace(/.$/, (last) => (last === '9' || last === 'f' || last === 'z' ? '0' : nextOf(last)));
  return Buffer.from(other).toString('base64url');
}

function nextOf(character: string): string {
  return String.fromCharCode(character.charCodeAt(0) + 1);
}

/** Things of the first team that an answer tells of. */
function thingsOf({ text }: DoorAnswer): string[] {
  const things = [about.workflow, about.preview, about.incident, DOMAIN, `"${about.team}"`, `${about.team}/`];
  return things.filter((thing) => text.includes(thing));
}

function contractKind(tool: string): string | undefined {
  return readContract().find(({ name }) => name === tool)?.kind;
}
