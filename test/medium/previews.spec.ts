import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { McpTestClient, type RestTestClient } from '../support/clients';
import { done, furnish, PEOPLE, signedIn } from '../support/furnish';
import { commitsOf, git, Person, trailer } from '../support/plain-git';
import { Program } from '../support/program';
import { tokenFor } from '../support/tokens';
import type { Furniture } from '../support/tool-examples';
import type { Loose } from '../support/loose';

/** Moves the clock of the program by `CLOCK_AHEAD_MS`. */
const CLOCK_AHEAD = resolve(__dirname, '../support/clock-ahead.js');
const HOUR_MS = 3_600_000;
const SWEPT_BY = 'system:preview-sweeper';
const PREVIEWS = 'platform-gitops/previews';

const TENANT_FILE = 'platform-gitops/tenants/billing/values.yaml';
/** For more previews than the limit of their number lets pass. */
const ROOMY = `tenant:
  preview:
    quotas: {requests.cpu: "9", limits.cpu: "30", requests.memory: 9Gi, limits.memory: 30Gi, pods: "30"}
`;

const API = { team: 'billing', service: 'api' };

let program: Program;
let about: Furniture;
let developer: RestTestClient;

const list = async (client = developer, query = ''): Promise<Loose> =>
  (await client.get(`/api/v1/previews?team=billing${query}`)).body;
const ids = async (): Promise<string[]> =>
  ((await list()).items as { preview_id: string }[]).map((each) => each.preview_id);

/** Files under `previews/` at the head. */
async function files(place = program): Promise<string[]> {
  const tree = await git(place.gitDir, 'ls-tree', '-r', '--name-only', 'main', '--', `${PREVIEWS}/`);
  return tree
    .split('\n')
    .filter(Boolean)
    .map((path) => path.slice(PREVIEWS.length + 1));
}

/** Waits for what happens by itself; fails with the test's own limit. */
async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found) return found;
    await sleep(100);
  }
}

/** A person changes files past MCTL. */
async function byHand(texts: Record<string, string>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'mctl-person-'));
  const person = await Person.clone(program.gitDir, folder);
  await person.publish(texts, 'chore: by hand');
  rmSync(folder, { recursive: true, force: true });
}

describe('a preview', () => {
  beforeAll(async () => {
    program = await Program.start({ env: { MCTL_PREVIEW_SWEEP: '0s', MCTL_PREVIEW_DOMAIN: 'preview.example.net' } });
    about = await furnish(program);
    developer = await signedIn(program, PEOPLE.developer);
    await byHand({
      [TENANT_FILE]: (await git(program.gitDir, 'show', `main:${TENANT_FILE}`)).replace('tenant:\n', ROOMY),
    });
  });

  afterAll(() => program?.dispose());

  it('is made, shown and deleted over MCP', async () => {
    const client = await McpTestClient.connect(program.url, await tokenFor(program.dataDir, PEOPLE.developer));
    const made = await client.must('mctl_create_preview', {
      ...API,
      image_tag: '2.0.0',
      ttl_hours: 2,
      wait_seconds: 25,
    });
    expect(made).toMatchObject({
      operation: { status: 'succeeded' },
      preview_id: expect.stringMatching(/^[a-z0-9]{6}$/),
      url: `https://billing-api-${made.preview_id}.preview.example.net`,
      namespace: 'billing-preview',
      changes: [{ path: `${PREVIEWS}/billing/api-${made.preview_id}/values.yaml`, action: 'create' }],
    });
    const { items, source } = await client.must('mctl_list_previews', API);
    const shown = items.find((item: Loose) => item.preview_id === made.preview_id);
    expect(shown).toEqual({
      preview_id: made.preview_id,
      service: 'api',
      url: made.url,
      image_tag: '2.0.0',
      namespace: 'billing-preview',
      sync: 'unknown',
      health: 'unknown',
      created_at: expect.any(String),
      age_seconds: expect.any(Number),
      expires_at: made.expires_at,
      expired: false,
      requested_by: PEOPLE.developer,
    });
    expect(Date.parse(shown.expires_at) - Date.parse(shown.created_at)).toBe(2 * HOUR_MS);
    expect(source.cluster.state).toBe('not_configured');

    const target = { ...API, preview_id: made.preview_id };
    const asked = await client.must('mctl_delete_preview', target);
    expect(asked.operation.status).toBe('confirmation_required');
    expect(asked.plan.destroys).toContainEqual({
      kind: 'argocd_application',
      name: `preview-billing-api-${made.preview_id}`,
    });
    const confirmed = { ...target, confirm_token: asked.plan.confirm_token, wait_seconds: 25 };
    expect((await client.must('mctl_delete_preview', confirmed)).operation.status).toBe('succeeded');
    expect(await ids()).toEqual([about.preview]);
    const gone = await client.call('mctl_delete_preview', target);
    expect(gone).toMatchObject({
      isError: true,
      data: { code: 'preview_not_found', field: 'preview_id', allowed: [about.preview] },
    });
    await client.close();
  });

  it('is made and deleted over REST, each in one commit that says who, why and until when', async () => {
    const made = await done(developer, 'create-preview', { ...API, image_tag: '2.1.0', reason: 'a look at refunds' });
    const target = { ...API, preview_id: made.preview_id };
    const asked = await developer.execute('delete-preview', target);
    expect(asked.status).toBe(428);
    const confirmed = await developer.execute('delete-preview', {
      ...target,
      confirm_token: asked.body.plan.confirm_token,
      wait_seconds: 25,
    });
    expect(confirmed.body).toMatchObject({ operation: { status: 'succeeded' }, preview_id: made.preview_id });
    const [create, remove] = (await commitsOf(program.gitDir)).slice(-2);
    expect([create?.subject, remove?.subject]).toEqual([
      `preview(billing/api): 2.1.0 as ${made.preview_id}`,
      `delete-preview(billing/api): ${made.preview_id}`,
    ]);
    expect(create && trailer(create, 'Requested-By')).toBe(PEOPLE.developer);
    const text = await git(
      program.gitDir,
      'show',
      `${create?.sha}:${PREVIEWS}/billing/api-${made.preview_id}/values.yaml`,
    );
    expect(text).toContain(`expiresAt: "${made.expires_at}"`);
    expect(text).toContain(`requestedBy: ${PEOPLE.developer}`);
  });

  it('has the id that its answer names, though many are made at once', async () => {
    const calls = Array.from({ length: 5 }, () => developer.execute('create-preview', { ...API, image_tag: '3.0.0' }));
    const named = (await Promise.all(calls)).map(({ body }) => body.preview_id as string);
    expect(new Set(named).size).toBe(5);
    const made = await until(async () => {
      const all = await ids();
      return all.length === 6 && all;
    });
    expect(made).toEqual(expect.arrayContaining(named));
  });

  it('is not made where the team has its share, and the refusal names what is there', async () => {
    for (let count = (await ids()).length; count < 8; count++) {
      await done(developer, 'create-preview', { ...API, image_tag: '4' });
    }
    const { status, body } = await developer.execute('create-preview', { ...API, image_tag: '5' });
    expect([status, body.code]).toEqual([409, 'preview_limit']);
    expect(body.details.previews).toHaveLength(8);
  });

  it('keeps the path, the tenant and whoever reads on their side: a viewer may look and not touch', async () => {
    const viewer = await signedIn(program, PEOPLE.viewer);
    expect((await list(viewer)).count).toBe(8);
    expect((await viewer.execute('create-preview', { ...API, image_tag: '5' })).body.code).toBe('role_too_low');
    const stranger = await signedIn(program, PEOPLE.stranger);
    expect((await list(stranger)).code).toBe('team_not_found');
  });

  it('is listed page by page; what cannot be read is named where it would stand', async () => {
    await byHand({
      [`${PREVIEWS}/billing/api-000000/values.yaml`]: 'image: [',
      [`${PREVIEWS}/billing/api-zz-top/values.yaml`]: 'image: {}\n',
      [`${PREVIEWS}/billing/job-zzzzzz/values.yaml`]:
        'image: {repository: r, tag: "1"}\npreview: {expiresAt: tomorrow}\n',
    });
    const first = await list(developer, '&limit=2');
    expect(first).toMatchObject({
      count: 1,
      warnings: [{ code: 'unreadable_file', message: expect.stringContaining('api-000000') }],
    });
    const all: Loose[] = [first];
    for (let page = first; page.next_cursor; all.push(page)) {
      page = await list(developer, `&limit=2&cursor=${page.next_cursor}`);
    }
    const names = all.flatMap(({ items }) =>
      (items as Loose[]).map(({ service, preview_id }) => `${service}-${preview_id}`),
    );
    expect(names).toEqual([...names].sort());
    expect(names).toHaveLength(9);
    const warnings = all.flatMap((page) => page.warnings as { code: string }[]).map(({ code }) => code);
    expect(warnings.sort()).toEqual(['bad_name', 'no_expiry', 'unreadable_file']);
    const [job] = (await list(developer, '&service=job')).items;
    expect(job).toMatchObject({ preview_id: 'zzzzzz', url: null, expires_at: null, expired: false });
    expect((await list(developer, '&service=apj')).code).toBe('service_not_found');
  });

  it('goes with its service, and with its team', async () => {
    const owner = await signedIn(program, PEOPLE.owner);
    const confirm = async (operation: string, input: object): Promise<Loose> => {
      const { body } = await owner.execute(operation, input);
      return done(owner, operation, { ...input, confirm_token: body.plan.confirm_token });
    };
    const { plan } = (await owner.execute('retire-service', API)).body;
    expect(
      (plan.destroys as { kind: string }[]).filter(({ kind }) => kind === 'preview').length,
    ).toBeGreaterThanOrEqual(8);
    await confirm('retire-service', API);
    expect(await files()).toEqual(['billing/api-zz-top/values.yaml', 'billing/job-zzzzzz/values.yaml']);
    await confirm('delete-tenant', { team: 'billing' });
    expect(await files()).toEqual([]);
  });
});

describe('the sweeper', () => {
  const ahead = (milliseconds: number, env: Record<string, string> = {}) => ({
    dataDir: program.dataDir,
    env: { MCTL_PREVIEW_SWEEP: '1s', CLOCK_AHEAD_MS: String(milliseconds), ...env },
    nodeArguments: ['--require', CLOCK_AHEAD],
  });
  const made: Record<string, string> = {};

  /** As the audit trail of whoever is asked about the team. */
  const trail = async (): Promise<Loose[]> => {
    const owner = await signedIn(program, 'admin');
    return (await owner.get('/api/v1/audit?team=billing&limit=200')).body.items;
  };
  const sweeps = async () =>
    (await commitsOf(program.gitDir)).filter((commit) => trailer(commit, 'Requested-By') === SWEPT_BY);

  beforeAll(async () => {
    program = await Program.start({ env: { MCTL_PREVIEW_SWEEP: '1s' } });
    about = await furnish(program);
    developer = await signedIn(program, PEOPLE.developer);
    for (const hours of [1, 3, 168]) {
      made[hours] = (await done(developer, 'create-preview', { ...API, image_tag: '2', ttl_hours: hours })).preview_id;
    }
    await byHand({
      [`${PREVIEWS}/billing/api-never0/values.yaml`]:
        'image: {repository: r, tag: "1"}\npreview: {expiresAt: someday}\n',
    });
  });

  afterAll(() => program?.dispose());

  it('deletes what a person’s commit lets expire, and nothing else', async () => {
    const path = `${PREVIEWS}/billing/api-${made[168]}/values.yaml`;
    const text = await git(program.gitDir, 'show', `main:${path}`);
    await byHand({ [path]: text.replace(/expiresAt: .*/, 'expiresAt: "2026-01-01T00:00:00Z"') });
    await until(async () => !(await files()).includes(`billing/api-${made[168]}/values.yaml`));
    expect(await ids()).toEqual([made[1], made[3], about.preview, 'never0'].sort());
    const [commit, ...others] = await sweeps();
    expect(others).toEqual([]);
    expect(commit).toMatchObject({
      subject: `delete-preview(billing/api): ${made[168]}`,
      message: expect.stringContaining('expired at 2026-01-01T00:00:00.000Z'),
    });
    expect(Object.fromEntries(commit?.trailers ?? [])).toMatchObject({
      'Auth-Method': 'system',
      'Idempotency-Key': `preview:billing/api-${made[168]}:2026-01-01T00:00:00.000Z:1`,
    });
  });

  it('is audited like everybody', async () => {
    const entries = await until(async () => {
      const found = (await trail()).filter(({ actor }) => actor === SWEPT_BY);
      return found.length >= 2 && found;
    });
    expect(entries.map(({ operation, status }) => [operation, status])).toEqual([
      ['delete-preview', 'succeeded'],
      ['delete-preview', 'submitted'],
    ]);
  });

  it('names the preview without an expiry once, and leaves it alone', () => {
    const named = program.log.filter((line) => line.includes('api-never0') && line.includes('left alone'));
    expect(named).toHaveLength(1);
  });

  it('goes on after the program was killed, by the clock it then has, with one commit for each preview', async () => {
    await program.stop('SIGKILL');
    program = await Program.start(ahead(2 * HOUR_MS));
    await until(async () => (await files()).every((path) => !path.includes(`-${made[1]}/`)));
    expect(await files()).toContain(`billing/api-${made[3]}/values.yaml`);
    await program.stop('SIGKILL');
    program = await Program.start(ahead(48 * HOUR_MS));
    await until(async () => (await files()).length === 1);
    await program.stop('SIGKILL');
    program = await Program.start(ahead(48 * HOUR_MS));
    await until(() => Promise.resolve(program.log.some((line) => line.includes('left alone'))));
    expect(await files()).toEqual(['billing/api-never0/values.yaml']);
    const subjects = (await sweeps()).map(({ subject }) => subject.slice(-6));
    expect(subjects.sort()).toEqual([made[1], made[3], made[168], about.preview].sort());
  });

  it('stands still in read-only mode', async () => {
    await byHand({
      [`${PREVIEWS}/billing/api-older0/values.yaml`]:
        'image: {repository: r, tag: "1"}\npreview: {expiresAt: "2020-01-01T00:00:00Z"}\n',
    });
    await program.stop();
    program = await Program.start({
      dataDir: program.dataDir,
      env: { MCTL_PREVIEW_SWEEP: '1s', MCTL_READ_ONLY: 'true' },
    });
    const viewer = await signedIn(program, PEOPLE.viewer);
    // Longer than two sweeps would need; the preview is expired, and stays.
    await sleep(3_000);
    const { items } = await list(viewer);
    expect((items as Loose[]).map(({ preview_id, expired }) => [preview_id, expired])).toEqual([
      ['never0', false],
      ['older0', true],
    ]);
  });
});
