import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { McpTestClient, type RestTestClient } from '../support/clients';
import { done, PEOPLE, signedIn } from '../support/furnish';
import { enterSecrets } from '../support/intake-form';
import type { Loose } from '../support/loose';
import { commitsOf, git, trailer } from '../support/plain-git';
import { Program } from '../support/program';
import { TestPostgres } from '../support/test-postgres';
import { tokenFor } from '../support/tokens';

/** Nothing of the test's own machinery holds this text: wherever it is found, the program put it. */
const TOKEN = '8111222333:canary-AAF7x0q9Zk-bot-token-of-35ch';
const TARGET = { team: 'billing', service: 'openclaw' };
const START = { ...TARGET, telegram_owner_ids: ['11', '22'] };
const ROOT = 'platform-gitops';
const ONBOARDING = `${ROOT}/services/billing/openclaw.onboarding.yaml`;
const VALUES = `${ROOT}/services/billing/openclaw/values.yaml`;
const DATABASE = `${ROOT}/databases/billing/openclaw.yaml`;

let program: Program;
let owner: RestTestClient;

/** A team that has room for an OpenClaw, unless the call says otherwise. */
async function furnishTeam(quota: object = {}): Promise<void> {
  const members = (['owner', 'developer', 'viewer'] as const).map((role) => ({ user: PEOPLE[role], role }));
  await done(await signedIn(program, 'admin'), 'create-tenant', {
    team: 'billing',
    allow_internet_egress: true,
    members,
    ...quota,
  });
  owner = await signedIn(program, PEOPLE.owner);
}

async function files(): Promise<string[]> {
  return (
    await git(program.gitDir, 'ls-tree', '-r', '--name-only', 'main', '--', `${ROOT}/services`, `${ROOT}/databases`)
  )
    .split('\n')
    .filter(Boolean);
}

const at = (path: string): Promise<string> => git(program.gitDir, 'show', `main:${path}`);
const subjects = async (): Promise<string[]> => (await commitsOf(program.gitDir)).map(({ subject }) => subject);
const resume = (input: object = {}): Promise<{ status: number; body: Loose }> =>
  owner.execute('deploy-openclaw', { ...TARGET, wait_seconds: 25, ...input });
const enter = async (link: string, value = TOKEN): Promise<string> =>
  enterSecrets(link, await tokenFor(program.dataDir, PEOPLE.owner), [value]);

/** Everything that the program has kept or said, as one text. */
async function everything(): Promise<string> {
  const kept = readdirSync(program.dataDir)
    .filter((name) => name.startsWith('mctl.db'))
    .map((name) => readFileSync(join(program.dataDir, name), 'latin1'));
  return [...kept, await git(program.gitDir, 'log', '-p', '--all', '--format=%B'), ...program.log].join('\n');
}

describe('from nothing to an OpenClaw', () => {
  let link: string;

  beforeAll(async () => {
    program = await Program.start({ env: { LOG_LEVEL: 'debug' } });
    await furnishTeam();
  });

  afterAll(() => program?.dispose());

  it('shows what would be noted without noting it, and opens no page for it', async () => {
    const before = await subjects();
    const { status, body } = await owner.execute('start-openclaw', { ...START, dry_run: true });
    expect([status, body.operation.status]).toEqual([200, 'planned']);
    expect(body.plan.diff).toContain('+  telegramOwnerIds:');
    expect(body).toMatchObject({ preflight: { fits: true, shortfalls: [] }, bot_token: 'missing' });
    expect(body).not.toHaveProperty('intake');
    expect(await subjects()).toEqual(before);
    expect((await resume()).body).toMatchObject({
      code: 'not_started',
      fix: expect.stringContaining('mctl_deploy_openclaw'),
    });
  });

  it('starts over MCP: notes what is asked for, makes no service, and answers a page for the token', async () => {
    const client = await McpTestClient.connect(program.url, await tokenFor(program.dataDir, PEOPLE.owner));
    const started = await client.must('mctl_deploy_openclaw', { ...START, wait_seconds: 25 });
    expect(started).toMatchObject({
      operation: { name: 'start-openclaw', status: 'succeeded' },
      changes: [{ path: ONBOARDING, action: 'create' }],
      url: 'https://billing-openclaw.apps.localhost',
      preflight: { fits: true, shortfalls: [] },
      bot_token: 'missing',
      intake: {
        url: expect.stringContaining(`${program.url}/intake/`),
        expires_at: expect.any(String),
        names: ['TELEGRAM_BOT_TOKEN'],
      },
      next_actions: [{ tool: 'mctl_resume_openclaw_deploy', arguments: TARGET }],
    });
    await client.close();
    expect(await files()).toEqual([ONBOARDING]);
    expect((await owner.get('/api/v1/services?team=billing')).body).toMatchObject({ items: [], warnings: [] });
    link = started.intake.url;
  });

  it('answers a repeated call like the first, with a page that is open', async () => {
    const call = { ...START, idempotency_key: 'claw-again-1', wait_seconds: 25 };
    const [first, second] = [await owner.execute('start-openclaw', call), await owner.execute('start-openclaw', call)];
    expect(second.body.operation).toEqual(first.body.operation);
    expect(second.body.intake.url).not.toBe(first.body.intake.url);
    expect(first.body.warnings).toEqual([expect.objectContaining({ code: 'no_change' })]);
    // One page at a time: the one before is closed.
    await expect(enter(link)).rejects.toThrow(/^404/);
    link = second.body.intake.url;
  });

  it('refuses to deploy without the token, through both doors, with a page in the refusal and nowhere else', async () => {
    const before = await subjects();
    const client = await McpTestClient.connect(program.url, await tokenFor(program.dataDir, PEOPLE.owner));
    const { isError, data } = await client.call('mctl_resume_openclaw_deploy', TARGET);
    await client.close();
    expect([isError, data.code]).toEqual([true, 'token_missing']);
    expect(data.fix).toContain(data.details.intake.url);
    const { status, body } = await resume();
    expect([status, body.code]).toEqual([409, 'token_missing']);
    expect(body.details).toMatchObject({
      secret_names: ['TELEGRAM_BOT_TOKEN'],
      intake: { url: expect.stringContaining('/intake/') },
    });
    link = body.details.intake.url;
    expect((await resume({ dry_run: true })).body).toMatchObject({
      code: 'token_missing',
      details: expect.not.objectContaining({ intake: expect.anything() }),
    });
    const { items } = (await owner.get('/api/v1/workflows?team=billing')).body;
    expect(items.filter(({ operation }: Loose) => operation === 'deploy-openclaw')).toEqual([]);
    expect(await subjects()).toEqual(before);
    const secret = link.replace(/^.*\//, '');
    expect(secret.length).toBeGreaterThan(20);
    expect(await everything()).not.toContain(secret);
  });

  it('keeps what was asked for when the program is killed, and takes the token on the page', async () => {
    await program.stop('SIGKILL');
    program = await Program.start({ dataDir: program.dataDir, env: { LOG_LEVEL: 'debug' } });
    owner = await signedIn(program, PEOPLE.owner);
    const { body } = await resume();
    expect(body.code).toBe('token_missing');
    const page = await enter(body.details.intake.url);
    expect(page).toContain('TELEGRAM_BOT_TOKEN');
    expect(page).not.toContain(TOKEN);
    const { body: planned } = await resume({ dry_run: true });
    expect(planned.changes.map(({ path, action }: Loose) => [action, path])).toEqual([
      ['create', DATABASE],
      ['create', VALUES],
      ['delete', ONBOARDING],
    ]);
  });

  it('says at the start that nothing is left to enter, and notes other wishes', async () => {
    const { body } = await owner.execute('start-openclaw', {
      ...START,
      default_model: 'anthropic/claude-opus-4-6',
      host: 'bot.example.com',
      wait_seconds: 25,
    });
    expect(body).toMatchObject({ bot_token: 'entered', intake: null, warnings: [{ code: 'host_later' }] });
    expect(body.changes).toEqual([{ path: ONBOARDING, action: 'update' }]);
  });

  it('deploys database and service with one commit, and the onboarding is gone', async () => {
    const before = (await commitsOf(program.gitDir)).length;
    const { status, body } = await resume({ reason: 'an assistant for the team' });
    expect([status, body.operation?.status]).toEqual([200, 'succeeded']);
    expect(body).toMatchObject({
      url: 'https://billing-openclaw.apps.localhost',
      image: expect.stringContaining('openclaw'),
      database: { database: 'billing_openclaw' },
    });
    const commits = (await commitsOf(program.gitDir)).slice(before);
    expect(commits.map(({ subject }) => subject)).toEqual(['deploy-openclaw(billing/openclaw)']);
    expect(commits[0] && trailer(commits[0], 'Requested-By')).toBe(PEOPLE.owner);
    expect(await files()).toEqual([DATABASE, VALUES]);
    const values = parse(await at(VALUES));
    expect(values.env).toEqual({
      DEFAULT_MODEL: 'anthropic/claude-opus-4-6',
      TELEGRAM_OWNER_IDS: '11,22',
      PUBLIC_ORIGINS: 'https://billing-openclaw.apps.localhost,https://bot.example.com',
    });
    expect(await at(DATABASE)).toContain('kind: Database\n');
    const { body: workflow } = await owner.get(`/api/v1/workflows/${body.workflow.name}`);
    expect(workflow.steps[0]).toMatchObject({ name: 'create-database', status: 'succeeded' });
    expect((await owner.get('/api/v1/services/billing/openclaw')).body).toMatchObject({
      port: 18789,
      secret_names: ['TELEGRAM_BOT_TOKEN'],
    });
  });

  it('changes nothing when called again, and starts no second one of the name', async () => {
    const tree = await git(program.gitDir, 'rev-parse', 'main^{tree}');
    const { body } = await resume();
    expect(body).toMatchObject({
      operation: { status: 'succeeded' },
      summary: 'OpenClaw is deployed as billing/openclaw already; nothing changes.',
      url: 'https://billing-openclaw.apps.localhost',
      changes: [],
    });
    expect(await git(program.gitDir, 'rev-parse', 'main^{tree}')).toBe(tree);
    expect((await owner.execute('start-openclaw', START)).body).toMatchObject({ code: 'service_exists' });
  });

  it('has kept the token in no file, commit or line of the log', async () => {
    expect(await everything()).not.toContain(TOKEN);
  });

  it.each([
    ['developer', 'role_too_low'],
    ['viewer', 'role_too_low'],
    ['stranger', 'team_not_found'],
  ] as const)('is not for a %s', async (role, code) => {
    const client = await signedIn(program, PEOPLE[role]);
    for (const operation of ['start-openclaw', 'deploy-openclaw']) {
      const { body } = await client.execute(operation, operation === 'start-openclaw' ? START : TARGET);
      expect([operation, body.code]).toEqual([operation, code]);
      expect(JSON.stringify(body)).not.toContain('intake');
    }
  });
});

describe('where the team has too little', () => {
  beforeAll(async () => {
    program = await Program.start();
    await furnishTeam({ allow_internet_egress: false, quota_cpu_limits: '1500m' });
  });

  afterAll(() => program?.dispose());

  const shortfalls = [
    { field: 'limits.cpu', required: '2', actual: '1500m' },
    { field: 'networking.allowInternetEgress', required: 'true', actual: 'false' },
  ];

  it('tells each shortfall at the start, and refuses to deploy for the same', async () => {
    const { status, body } = await owner.execute('start-openclaw', { ...START, wait_seconds: 25 });
    expect([status, body.preflight]).toEqual([200, { fits: false, shortfalls }]);
    await enter(body.intake.url);
    const refused = await resume();
    expect([refused.status, refused.body.code, refused.body.details]).toEqual([
      409,
      'internet_egress_needed',
      { shortfalls },
    ]);
    expect(refused.body.message).toContain('limits.cpu: needs 2, has 1500m');
    expect(await files()).toEqual([ONBOARDING]);
  });
});

describe('where MCTL makes the databases', () => {
  let postgres: TestPostgres;

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    program = await Program.start({ env: { MCTL_DATABASE_ADMIN_URL: postgres.url() } });
    await furnishTeam();
    const { body } = await owner.execute('start-openclaw', { ...START, wait_seconds: 25 });
    await enter(body.intake.url);
  });

  afterAll(async () => {
    await program?.dispose();
    await postgres?.dispose();
  });

  const databases = (): Promise<Loose[]> =>
    postgres.query("SELECT datname FROM pg_database WHERE datname LIKE 'billing%'");

  it('has made the database when the commit is there that names it', async () => {
    const { body } = await resume();
    expect(body).toMatchObject({ operation: { status: 'succeeded' }, database: { database: 'billing_openclaw' } });
    expect(await databases()).toEqual([{ datname: 'billing_openclaw' }]);
    expect(await at(DATABASE)).toContain('mode: server');
    expect(await files()).toEqual([DATABASE, VALUES]);
  });

  it('makes nothing again when called again, not even a password', async () => {
    const password = () => postgres.query("SELECT rolpassword FROM pg_authid WHERE rolname = 'billing_openclaw'");
    const before = await password();
    expect((await resume()).body.summary).toContain('already');
    expect(await password()).toEqual(before);
    expect(await databases()).toHaveLength(1);
  });
});
