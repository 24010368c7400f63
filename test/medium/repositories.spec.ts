import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { McpTestClient, RestTestClient } from '../support/clients';
import { done, furnish, PEOPLE, signedIn } from '../support/furnish';
import type { Loose } from '../support/loose';
import { commitsOf, git, Person } from '../support/plain-git';
import { Program } from '../support/program';
import { aRepository, TestGithub } from '../support/test-github';
import { tokenFor } from '../support/tokens';

/** Moves the clock of the program by `CLOCK_AHEAD_MS`. */
const CLOCK_AHEAD = resolve(__dirname, '../support/clock-ahead.js');
const HOUR_MS = 3_600_000;
const API = { team: 'billing', repo: 'acme/api' };
const API_TEAM = { team: 'billing' };
const OCTOCAT = 'octocat';
const TENANT_FILE = 'platform-gitops/tenants/billing/values.yaml';

let program: Program;
let github: TestGithub;
let developer: RestTestClient;

interface Page {
  readonly status: number;
  readonly html: string;
  readonly location: string | null;
  readonly headers: Headers;
}

/** A browser that follows nothing by itself. */
async function visit(path: string, form?: Record<string, string>): Promise<Page> {
  const response = await fetch(new URL(path, program.url), {
    redirect: 'manual',
    ...(form && {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: program.url },
      body: new URLSearchParams(form).toString(),
    }),
  });
  const { status, headers } = response;
  return { status, headers, html: await response.text(), location: headers.get('location') };
}

const titleOf = ({ html }: Page): string => /<h1>(.*)<\/h1>/.exec(html)?.[1] ?? '';
const tokenIn = ({ html }: Page): string => /name="token" value="([^"]+)"/.exec(html)?.[1] ?? '';
const stateIn = (url: string): string => new URL(url).searchParams.get('state') ?? '';
const list = async (client = developer, query = ''): Promise<Loose> =>
  (await client.get(`/api/v1/repos?team=billing${query}`)).body;
const names = ({ items }: Loose): string[] => (items as { full_name: string }[]).map((each) => each.full_name);
const grant = (input: object = API, client = developer): Promise<Loose> => done(client, 'grant-repo-access', input);
const sync = (client = developer): Promise<Loose> => done(client, 'sync-repos', { team: 'billing' });

/** From the link to GitHub and back, as far as the page that asks or refuses. */
async function open(url: string, login = OCTOCAT, installation = 7): Promise<Page> {
  const begun = await visit(`/github/setup?installation_id=${installation}&setup_action=install&state=${stateIn(url)}`);
  if (begun.location === null) return begun;
  return visit(github.approve(begun.location, login));
}

const agree = (question: Page): Promise<Page> => visit('/github/agree', { token: tokenIn(question) });

async function agreed(input: object = API, client = developer): Promise<void> {
  const { install_url: url } = await grant(input, client);
  const page = await agree(await open(url));
  if (page.status !== 200) throw new Error(page.html);
}

async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found) return found;
    await sleep(50);
  }
}

/** A person changes files past MCTL. */
async function byHand(texts: Record<string, string>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'mctl-person-'));
  const person = await Person.clone(program.gitDir, folder);
  await person.publish(texts, 'chore: by hand');
  rmSync(folder, { recursive: true, force: true });
}

beforeAll(async () => {
  github = await TestGithub.start();
  program = await Program.start({ env: { ...github.settings, LOG_LEVEL: 'debug' } });
  await furnish(program);
  developer = await signedIn(program, PEOPLE.developer);
});

afterAll(async () => {
  await program?.dispose();
  await github?.stop();
});

beforeEach(() => {
  github.faults.length = 0;
  github.installations.clear();
  github.install(7, 'acme', [aRepository(1, 'acme/api'), aRepository(2, 'acme/web', { private: false })]);
  github.install(8, 'victim', [aRepository(3, 'victim/secret')]);
  github.people.set(OCTOCAT, { admin: [1, 2], sees: [] });
  github.people.set('guest', { admin: [], sees: [1] });
});

describe('a team’s repositories', () => {
  it('are granted in the browser, synced and listed, over MCP', async () => {
    const client = await McpTestClient.connect(program.url, await tokenFor(program.dataDir, PEOPLE.developer));
    expect(await client.must('mctl_list_repos', { team: 'billing' })).toMatchObject({
      items: [],
      count: 0,
      synced_at: null,
      source: { github: { state: 'degraded', message: expect.stringContaining('mctl_grant_repo_access') } },
    });
    const asked = await client.must('mctl_grant_repo_access', { ...API, wait_seconds: 25 });
    expect(asked).toMatchObject({ operation: { status: 'succeeded' }, already_granted: false, changes: [] });
    expect(asked.install_url).toContain(`${github.url}/apps/mctl-test/installations/new?state=`);

    const begun = await visit(
      `/github/setup?installation_id=7&setup_action=install&state=${stateIn(asked.install_url)}`,
    );
    expect([begun.status, begun.headers.get('referrer-policy')]).toEqual([303, 'no-referrer']);
    const question = await visit(github.approve(begun.location ?? '', OCTOCAT));
    expect([question.status, titleOf(question)]).toEqual([200, 'May the team billing use acme/api?']);
    expect(question.html).toContain('dave asked for it');
    expect((await list()).warnings).toEqual([]);
    expect(titleOf(await agree(question))).toBe('billing may use acme/api');

    expect(await client.must('mctl_list_repos', { team: 'billing' })).toMatchObject({
      items: [],
      warnings: [{ code: 'not_synced', message: expect.stringContaining('acme/api') }],
    });
    const synced = await client.must('mctl_sync_repos', { team: 'billing', wait_seconds: 25 });
    expect(synced).toMatchObject({ added: ['acme/api'], removed: [], unchanged: 0 });
    const listed = await client.must('mctl_list_repos', { team: 'billing' });
    expect(listed).toMatchObject({ count: 1, next_cursor: null, warnings: [], source: { github: { state: 'ok' } } });
    expect(listed.items).toEqual([
      {
        full_name: 'acme/api',
        private: true,
        default_branch: 'main',
        installation: { id: 7, account: 'acme' },
        synced_at: listed.synced_at,
      },
    ]);
    const again = await client.must('mctl_grant_repo_access', { ...API, repo: 'ACME/Api', wait_seconds: 25 });
    expect(again).toMatchObject({ already_granted: true, install_url: expect.any(String) });
    await client.close();
  });

  it('are those that were granted by name, sorted and page by page; everything else of an installation stays unseen', async () => {
    await agreed({ ...API, repo: 'acme/web' });
    expect(await sync()).toMatchObject({ added: ['acme/web'], unchanged: 1 });
    expect(names(await list())).toEqual(['acme/api', 'acme/web']);
    const first = await list(developer, '&limit=1');
    expect([names(first), names(await list(developer, `&limit=1&cursor=${first.next_cursor}`))]).toEqual([
      ['acme/api'],
      ['acme/web'],
    ]);
    const stranger = await signedIn(program, PEOPLE.stranger);
    await done(stranger, 'sync-repos', { team: 'elsewhere' });
    expect(names((await stranger.get('/api/v1/repos?team=elsewhere')).body)).toEqual([]);
    expect((await list(stranger)).code).toBe('team_not_found');
  });

  it('follow what GitHub shows: renamed, taken away, given back only by another grant', async () => {
    const acme = github.install(7, 'acme', [
      aRepository(1, 'acme/payments', { default_branch: 'trunk' }),
      aRepository(9, 'acme/api'),
    ]);
    expect(await sync()).toMatchObject({ added: [], removed: ['acme/web'], unchanged: 1 });
    expect((await list()).items).toMatchObject([{ full_name: 'acme/payments', default_branch: 'trunk' }]);
    acme.repositories.push(aRepository(2, 'acme/web'));
    expect(await sync()).toMatchObject({ added: [], removed: [], unchanged: 1 });
    expect(names(await list())).toEqual(['acme/payments']);
  });

  it('are left out while their installation sleeps, and come back when it wakes', async () => {
    const acme = github.installations.get(7);
    if (acme) acme.suspended = true;
    const slept = await sync();
    expect(slept).toMatchObject({ removed: ['acme/payments'] });
    expect((slept.warnings as Loose[]).map(({ code }) => code)).toContain('installation_suspended');
    expect(names(await list())).toEqual([]);
    if (acme) acme.suspended = false;
    expect(await sync()).toMatchObject({ added: ['acme/api'] });
  });

  it('are gone with their installation, and a new installation brings none back', async () => {
    github.installations.delete(7);
    const gone = await sync();
    expect(gone).toMatchObject({ removed: ['acme/api'] });
    expect((gone.warnings as Loose[]).map(({ code }) => code)).toContain('installation_gone');
    github.install(17, 'acme', [aRepository(1, 'acme/api')]);
    expect(await sync()).toMatchObject({ added: [], removed: [], unchanged: 0 });
  });

  it('are synced though the list is long', async () => {
    github.install(7, 'acme', [
      ...Array.from({ length: 230 }, (_, at) => aRepository(100 + at, `acme/other-${at}`)),
      aRepository(1, 'acme/api'),
    ]);
    await agreed();
    expect(await sync()).toMatchObject({ added: ['acme/api'] });
    expect(github.requests.filter((line) => line.includes('/installation/repositories')).at(-1)).toContain('page=3');
  });

  it('stay as they were when GitHub fails in the middle, and the sync goes on by itself', async () => {
    github.faults.push({ on: /installation\/repositories/, times: 2, status: 502 });
    expect(await sync()).toMatchObject({ removed: [], unchanged: 1 });
  });

  it('may be looked at by a viewer, who can neither grant nor sync', async () => {
    const viewer = await signedIn(program, PEOPLE.viewer);
    expect(names(await list(viewer))).toEqual(['acme/api']);
    expect((await viewer.execute('grant-repo-access', API)).body.code).toBe('role_too_low');
    expect((await viewer.execute('sync-repos', { team: 'billing' })).body.code).toBe('role_too_low');
  });
});

describe('a link', () => {
  const INVALID = 'This link does not work';

  it('is answered at once and again with the same key, and no longer once it was opened', async () => {
    const call = { ...API, idempotency_key: 'the-same-link' };
    const first = (await developer.execute('grant-repo-access', call)).body;
    expect(first.install_url_expires_at).toEqual(expect.any(String));
    const again = await grant(call);
    expect(again.install_url).toBe(first.install_url);
    await open(again.install_url);
    expect((await grant(call)).install_url).toBeUndefined();
  });

  it('begins as often as GitHub sends somebody back, and is used by one of many at once', async () => {
    const { install_url: url } = await grant();
    const begun = await Promise.all(
      Array.from({ length: 5 }, () =>
        visit(`/github/setup?setup_action=update&installation_id=7&state=${stateIn(url)}`),
      ),
    );
    const returns = begun.map(({ location }) => github.approve(location ?? '', OCTOCAT));
    const pages = await Promise.all(returns.map((path) => visit(path)));
    expect(pages.map(titleOf).sort()).toEqual([
      'May the team billing use acme/api?',
      ...Array.from({ length: 4 }, () => INVALID),
    ]);
    const question = pages.find(({ status }) => status === 200) as Page;
    const answers = await Promise.all(Array.from({ length: 5 }, () => agree(question)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 410, 410, 410, 410]);
  });

  it('that does not work looks the same, whatever the reason', async () => {
    const used = (await grant()).install_url as string;
    await open(used);
    const pages = [
      await visit(`/github/setup?setup_action=install&state=${'x'.repeat(43)}`),
      await visit(`/github/setup?code=x&state=${'x'.repeat(43)}`),
      await visit('/github/setup?code=x'),
      await visit('/github/setup?state=x&state=y&code=z'),
      await open(used),
      await visit(`/github/setup?code=x&state=${stateIn(used)}`),
      await visit('/github/agree', { token: 'x' }),
      await visit('/github/agree', {}),
    ];
    expect(new Set(pages.map(({ html }) => html)).size).toBe(1);
    expect(new Set(pages.map(({ status }) => status))).toEqual(new Set([410]));
    expect(titleOf(pages[0] as Page)).toBe(INVALID);
  });

  it('gives nothing to whoever does not administer the repository, whatever installation_id comes along', async () => {
    const cases: [string, string, string][] = [
      ['guest', 'acme/api', 'guest does not administer acme/api'],
      ['nobody', 'acme/api', 'The GitHub App is not installed on acme'],
      [OCTOCAT, 'acme/other', 'is not among the repositories'],
      [OCTOCAT, 'victim/secret', 'The GitHub App is not installed on victim'],
    ];
    const before = names(await list());
    for (const [login, repo, reason] of cases) {
      const { install_url: url } = await grant({ ...API, repo });
      const page = await open(url, login, 8);
      expect([login, repo, page.status, titleOf(page)]).toEqual([login, repo, 409, 'No access was given']);
      expect(page.html).toContain(reason);
      expect(tokenIn(page)).toBe('');
    }
    await sync();
    expect(names(await list())).toEqual(before);
  });

  it('takes nothing from a team that has the repository already', async () => {
    const stranger = await signedIn(program, PEOPLE.stranger);
    await agreed({ team: 'elsewhere', repo: 'acme/api' }, stranger);
    await done(stranger, 'sync-repos', { team: 'elsewhere' });
    await sync();
    expect(names(await list())).toContain('acme/api');
    expect(names((await stranger.get('/api/v1/repos?team=elsewhere')).body)).toEqual(['acme/api']);
  });

  it('is worth nothing once whoever asked may not ask any more', async () => {
    const { install_url: url } = await grant();
    const later = (await grant()).install_url as string;
    const question = await open(later);
    const owner = await signedIn(program, 'admin');
    const team = { team: 'shortlived', members: [{ user: PEOPLE.developer, role: 'developer' }] };
    await done(owner, 'create-tenant', team);
    const { install_url: orphan } = await grant({ team: 'shortlived', repo: 'acme/web' });
    const left = await open((await grant({ team: 'shortlived', repo: 'acme/web' })).install_url as string);
    await agreed({ team: 'shortlived', repo: 'acme/api' });
    await done(developer, 'sync-repos', { team: 'shortlived' });
    const plan = (await owner.execute('delete-tenant', { team: 'shortlived' })).body.plan;
    await done(owner, 'delete-tenant', { team: 'shortlived', confirm_token: plan.confirm_token });
    expect(titleOf(await open(orphan))).toBe(INVALID);
    // Somebody takes the name again, with the same people in it.
    await done(owner, 'create-tenant', team);
    expect((await developer.get('/api/v1/repos?team=shortlived')).body).toMatchObject({ items: [], synced_at: null });
    expect(titleOf(await open(orphan))).toBe(INVALID);
    expect(titleOf(await agree(left))).toBe(INVALID);
    expect((await done(developer, 'sync-repos', { team: 'shortlived' })).unchanged).toBe(0);
    // The team that is still there is not touched by it.
    expect(titleOf(await agree(question))).toBe('billing may use acme/api');
    expect(titleOf(await open(url))).toBe('May the team billing use acme/api?');
  });

  it('is worth nothing once whoever asked has a lesser role', async () => {
    const [link, question] = [(await grant()).install_url as string, await open((await grant()).install_url as string)];
    const tenant = `${await git(program.gitDir, 'show', `main:${TENANT_FILE}`)}\n`;
    const demoted = tenant.replace(/(userId: dave\n\s*role: )developer/, '$1viewer');
    expect(demoted).not.toBe(tenant);
    await byHand({ [TENANT_FILE]: demoted });
    await until(
      async () => (await list()).code === undefined && (await developer.execute('sync-repos', API_TEAM)).status === 403,
    );
    expect([titleOf(await open(link)), titleOf(await agree(question))]).toEqual([INVALID, INVALID]);
    await byHand({ [TENANT_FILE]: tenant });
    await until(async () => titleOf(await open(link)) !== INVALID);
  });

  it('says what happened to whoever comes without one, asked the owners, or declined', async () => {
    expect(titleOf(await visit('/github/setup?installation_id=7&setup_action=install'))).toBe(
      'The GitHub App is installed',
    );
    expect(titleOf(await visit('/github/setup?setup_action=request&state=x'))).toContain(
      'Your request is with the owners',
    );
    expect(titleOf(await visit('/github/setup?error=access_denied&state=x'))).toBe('Nothing was changed');
  });

  it('says that GitHub failed, and gives nothing', async () => {
    const { install_url: url } = await grant();
    github.faults.push({ on: /GET \/api\/v3\/user/, times: 1, status: 503 });
    const page = await open(url);
    expect([page.status, titleOf(page)]).toEqual([503, 'That did not work']);
    expect(page.html).toContain('GitHub cannot be asked: it answered 503');
  });

  it('takes a form only from its own page, and JSON nowhere', async () => {
    const post = (headers: Record<string, string>, body: string) =>
      fetch(new URL('/github/agree', program.url), { method: 'POST', headers, body });
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
    expect((await post({ ...form, Origin: 'https://evil.example' }, 'token=x')).status).toBe(403);
    expect((await post(form, `token=${'x'.repeat(5000)}`)).status).toBe(410);
    expect((await post({ 'Content-Type': 'application/json' }, '{"token":["x"]}')).status).toBe(410);
  });
});

it('leaves who agreed in the audit trail, a commit for every call, and no finding', async () => {
  const admin = await signedIn(program, 'admin');
  const { items } = (await admin.get('/api/v1/audit?team=billing&operation=grant-repo-access&status=agreed')).body;
  expect(items[0]).toMatchObject({
    actor: PEOPLE.developer,
    target: 'billing/acme/api',
    reason: `agreed to at GitHub by ${OCTOCAT}`,
  });
  const commits = await commitsOf(program.gitDir);
  expect(commits.map(({ subject }) => subject)).toEqual(
    expect.arrayContaining([
      'grant-repo-access(billing): acme/api',
      'sync-repos(billing): 1 added, 0 removed, 0 unchanged',
    ]),
  );
  const verification = (await admin.get('/api/v1/audit/verification')).body;
  expect(verification.findings).toEqual([]);
});

it('that waits for GitHub’s rate limit asks no earlier, over restarts too, and then goes on', async () => {
  const [link, question] = [(await grant()).install_url as string, await open((await grant()).install_url as string)];
  const reset = Math.floor((Date.now() + HOUR_MS / 2) / 1000);
  const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) };
  github.faults.push({ on: /installation\/repositories/, times: 1, status: 403, headers, body: { message: 'limit' } });
  const { workflow } = (await developer.execute('sync-repos', { team: 'billing' })).body;
  const status = async () => (await developer.get(`/api/v1/workflows/${workflow.name}`)).body;
  const waiting = await until(async () => {
    const found = await status();
    return found.steps[0].message && found;
  });
  expect(waiting).toMatchObject({
    status: 'running',
    steps: [
      { name: 'fetch-repositories', status: 'running', message: expect.stringContaining('asked again at') },
      {},
      {},
      {},
    ],
  });
  const asked = github.requests.length;
  await program.stop('SIGKILL');
  program = await Program.start({ dataDir: program.dataDir, env: github.settings });
  developer = await signedIn(program, PEOPLE.developer);
  // Another task that came later has had its turn, so the first one has had its own.
  await grant({ ...API, repo: 'acme/unknown' });
  expect(github.requests.length).toBe(asked);
  expect((await status()).status).toBe('running');
  await program.stop('SIGKILL');
  github.clockAhead = HOUR_MS + 60_000;
  program = await Program.start({
    dataDir: program.dataDir,
    env: { ...github.settings, CLOCK_AHEAD_MS: String(github.clockAhead) },
    nodeArguments: ['--require', CLOCK_AHEAD],
  });
  developer = new RestTestClient(program.url, await tokenFor(program.dataDir, PEOPLE.developer, 3 * HOUR_MS));
  const ended = await until(async () => {
    const found = await status();
    return found.status !== 'running' && found;
  });
  expect(ended.status).toBe('succeeded');
  expect(names(await list())).toContain('acme/api');
  // An hour is over, so are the link and the question from before.
  const late = [await open(link), await agree(question)];
  expect(late.map(titleOf)).toEqual(['This link does not work', 'This link does not work']);
});

it('keeps no state, token, code or key in the store, in git or in the log', async () => {
  const { install_url: url } = await grant();
  const question = await open(url);
  const { install_url: unopened } = await grant();
  const secrets = [...github.secrets, stateIn(url), stateIn(unopened), tokenIn(question)];
  expect(secrets.length).toBeGreaterThan(50);
  await program.stop();
  const texts = [program.log.join('\n'), ...filesUnder(program.dataDir).map((path) => readFileSync(path, 'latin1'))];
  const messages = (await commitsOf(program.gitDir)).map(({ message }) => message);
  const found = secrets.filter((secret) => [...texts, ...messages].some((text) => text.includes(secret)));
  expect(found).toEqual([]);
  // Nor what else the installation includes: nobody was granted that.
  expect(texts.filter((text) => text.includes('acme/other-'))).toEqual([]);
});

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

describe('without a GitHub App', () => {
  let bare: Program;
  beforeAll(async () => {
    bare = await Program.start({ env: { MCTL_GITHUB_APP_SLUG: 'half' } });
    await furnish(bare);
  });
  afterAll(() => bare?.dispose());

  it('says exactly which settings are missing, and does nothing', async () => {
    const MISSING = [
      'MCTL_GITHUB_APP_CLIENT_ID',
      'MCTL_GITHUB_APP_CLIENT_SECRET_FILE',
      'MCTL_GITHUB_APP_PRIVATE_KEY_FILE',
    ];
    const client = await signedIn(bare, PEOPLE.developer);
    for (const [operation, input] of [
      ['grant-repo-access', API],
      ['sync-repos', { team: 'billing' }],
    ] as const) {
      const { status, body } = await client.execute(operation, input);
      expect([status, body.code, body.details.missing]).toEqual([409, 'github_app_not_configured', MISSING]);
    }
    const { source, items } = (await client.get('/api/v1/repos?team=billing')).body;
    expect(items).toEqual([]);
    expect(source.github).toMatchObject({
      state: 'not_configured',
      setting: MISSING[0],
      message: expect.stringContaining(MISSING.join(', ')),
    });
  });
});
