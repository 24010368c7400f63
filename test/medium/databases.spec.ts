import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseAllDocuments } from 'yaml';
import { crdViolations } from '../support/crds';
import { McpTestClient, type RestTestClient } from '../support/clients';
import { done, furnish, PEOPLE, signedIn } from '../support/furnish';
import type { Manifest } from '../support/helm';
import { keptSecrets } from '../support/kept-secrets';
import type { Loose } from '../support/loose';
import { commitsOf, git, trailer } from '../support/plain-git';
import { Program } from '../support/program';
import { StatementProxy } from '../support/statement-proxy';
import { ADMIN_PASSWORD, type Login, TestPostgres } from '../support/test-postgres';
import { tokenFor } from '../support/tokens';

const API = { team: 'billing', service: 'api' };
const VARIABLES = ['DATABASE_URL', 'DB_HOST', 'DB_PORT', 'DB_NAME', 'DB_USER', 'DB_PASSWORD'];
const WEB = { team: 'billing', service: 'web', action: 'onboard', image: 'ghcr.io/acme/web', image_tag: '1.0.0' };
const WAIT = { wait_seconds: 25 };

let program: Program;
let developer: RestTestClient;
let owner: RestTestClient;

const fileOf = (path: string): Promise<string> => git(program.gitDir, 'show', `main:platform-gitops/${path}`);
const configOf = async (service: string): Promise<Loose> =>
  (await developer.get(`/api/v1/services/billing/${service}`)).body.database;
const mcp = async (login: string = PEOPLE.developer): Promise<McpTestClient> =>
  McpTestClient.connect(program.url, await tokenFor(program.dataDir, login));

async function begin(env: Record<string, string> = {}): Promise<void> {
  program = await Program.start({ env });
  await furnish(program);
  developer = await signedIn(program, PEOPLE.developer);
  owner = await signedIn(program, PEOPLE.owner);
}

/** Waits for what happens by itself; fails with the test's own limit. */
async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found) return found;
    await sleep(50);
  }
}

describe('where a cluster makes databases', () => {
  beforeAll(() => begin());
  afterAll(() => program?.dispose());

  it('a service gets one over MCP, in one commit, and is shown with it', async () => {
    const client = await mcp();
    const made = await client.must('mctl_provision_database', { ...API, extensions: ['pg_trgm'], ...WAIT });
    expect(made).toMatchObject({
      operation: { status: 'succeeded' },
      database: 'billing_api',
      role: 'billing_api',
      variables: VARIABLES,
      extensions: ['pg_trgm'],
      changes: [
        { path: 'platform-gitops/databases/billing/api.yaml', action: 'create' },
        { path: 'platform-gitops/services/billing/api/values.yaml', action: 'update' },
      ],
    });
    const documents = parseAllDocuments(await fileOf('databases/billing/api.yaml')).map(
      (each) => each.toJS() as Manifest,
    );
    expect(documents).toHaveLength(5);
    expect(crdViolations(documents)).toEqual([]);
    expect(await configOf('api')).toEqual({
      ...{
        provisioned: true,
        secret: 'billing-api-db-creds',
        name: 'api',
        database: 'billing_api',
        role: 'billing_api',
      },
      ...{ made_by: 'cluster', extensions: ['pg_trgm'], variables: VARIABLES },
    });
    const { items } = await client.must('mctl_list_services', { team: 'billing' });
    expect(items).toEqual([expect.objectContaining({ name: 'api', has_database: true })]);
    await client.close();
  });

  it('asking again over REST changes nothing', async () => {
    const again = await done(developer, 'provision-database', API);
    expect(again).toMatchObject({ changes: [], database: 'billing_api', summary: expect.stringContaining('already') });
  });

  it('a new service comes with one', async () => {
    const made = await done(developer, 'deploy-service', { ...WEB, provision_database: true });
    expect(made.database).toEqual({
      ...{ name: 'web', database: 'billing_web', role: 'billing_web', variables: VARIABLES, extensions: [] },
    });
    expect(made.changes.map(({ path }: Loose) => path).sort()).toEqual([
      'platform-gitops/databases/billing/web.yaml',
      'platform-gitops/services/billing/web/values.yaml',
    ]);
    expect(made.changed).toContainEqual({
      key: 'dbSecret.vaultPath',
      from: null,
      to: 'teams/billing/web/database',
    });
  });

  it('it outlives its service, and is given back', async () => {
    const web = { team: 'billing', service: 'web' };
    const { body: asked } = await owner.execute('retire-service', web);
    expect(asked.warnings).toContainEqual({
      code: 'database_kept',
      message: expect.stringContaining('The database web and its data are kept'),
    });
    await done(owner, 'retire-service', { ...web, confirm_token: asked.plan.confirm_token });
    expect(await fileOf('databases/billing/web.yaml')).toContain('billing_web');
    const again = await done(developer, 'deploy-service', { ...WEB, provision_database: true });
    expect(again.changes.map(({ path }: Loose) => path)).toEqual(['platform-gitops/services/billing/web/values.yaml']);
    expect(again.summary).toContain('has the database billing_web already');
  });

  it('refusals say what to do', async () => {
    const refused = async (input: object) => (await developer.execute('provision-database', input)).body;
    expect(await refused({ ...API, extensions: ['dblink'] })).toMatchObject({
      code: 'extension_not_allowed',
      allowed: expect.arrayContaining(['citext']),
    });
    expect(await refused({ team: 'billing', service: 'nothing' })).toMatchObject({
      code: 'service_not_found',
      fix: expect.stringContaining('provision_database: true'),
    });
    expect(await refused({ ...API, name: 'other' })).toMatchObject({ code: 'service_has_database' });
    expect(await refused({ ...API, name: 'web' })).toMatchObject({ code: 'database_exists' });
  });

  it('a stranger learns nothing of it', async () => {
    const stranger = await signedIn(program, PEOPLE.stranger);
    const { status, body } = await stranger.execute('provision-database', API);
    const nowhere = await stranger.execute('provision-database', { ...API, team: 'nowhere' });
    expect(status).toBe(404);
    const named = JSON.stringify({ ...nowhere.body, correlation_id: body.correlation_id });
    expect(JSON.stringify(body)).toBe(named.replaceAll('nowhere', 'billing'));
  });

  it('it goes with its team, which says what stays', async () => {
    const { body } = await owner.execute('delete-tenant', { team: 'billing' });
    expect(body.plan.destroys).toContainEqual({ kind: 'database', name: 'api' });
    expect(body.warnings).toContainEqual({
      code: 'database_data_kept',
      message: expect.stringContaining('billing_{name}'),
    });
    await done(owner, 'delete-tenant', { team: 'billing', confirm_token: body.plan.confirm_token });
    expect(await git(program.gitDir, 'ls-tree', '-r', '--name-only', 'main', 'platform-gitops/databases')).toBe(
      'platform-gitops/databases/billing.left-over.yaml',
    );
  });

  it('whoever takes the name of the team is not given it, until an administrator has cleared it', async () => {
    const stranger = await signedIn(program, 'nora');
    await done(stranger, 'create-tenant', { team: 'billing' });
    const { body } = await stranger.execute('deploy-service', { ...WEB, provision_database: true });
    expect(body).toMatchObject({ code: 'database_left_over' });
    await done(stranger, 'deploy-service', WEB);
    const web = { team: 'billing', service: 'web' };
    expect((await stranger.execute('provision-database', web)).body).toMatchObject({ code: 'database_left_over' });
    const fresh = { ...WEB, service: 'fresh', provision_database: true };
    expect((await done(stranger, 'deploy-service', fresh)).database).toMatchObject({ database: 'billing_fresh' });
  });
});

describe('where MCTL makes databases', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mctl-admin-url-'));
  const urlFile = join(folder, 'url');
  const env = { MCTL_DATABASE_ADMIN_URL_FILE: urlFile };
  let postgres: TestPostgres;

  const loginOf = async (service: string): Promise<Login> => {
    const kept = await keptSecrets(program.dataDir, 'billing', `${service}/database`);
    return { user: kept.username ?? '', password: kept.password ?? '', database: kept.database ?? '' };
  };
  const works = async (service: string) =>
    postgres.query('SELECT current_user::text AS me', await loginOf(service)).then(
      ([row]) => row?.me,
      (error: unknown) => (error as { code?: string }).code,
    );
  const onboarded = async (service: string) =>
    done(developer, 'deploy-service', { ...WEB, service, image: `ghcr.io/acme/${service}` });

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    writeFileSync(urlFile, postgres.url());
    await begin(env);
  });
  afterAll(async () => {
    await program?.dispose();
    await postgres?.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  it('a service gets a real one, with a login that works, over MCP', async () => {
    const client = await mcp();
    const made = await client.must('mctl_provision_database', { ...API, extensions: ['citext'], ...WAIT });
    expect(made).toMatchObject({ operation: { status: 'succeeded' }, database: 'billing_api', variables: VARIABLES });
    await client.close();
    const login = await loginOf('api');
    expect(await keptSecrets(program.dataDir, 'billing', 'api/database')).toEqual({
      ...{ host: '127.0.0.1', port: String(postgres.port), database: 'billing_api', username: 'billing_api' },
      password: login.password,
    });
    await postgres.query('CREATE TABLE invoices (customer citext)', login);
    expect(await configOf('api')).toMatchObject({ made_by: 'server', extensions: ['citext'], database: 'billing_api' });
    expect(await fileOf('databases/billing/api.yaml')).toContain('mode: server');
  });

  it('one comes with a new service over REST, and nobody else gets into it', async () => {
    await done(developer, 'deploy-service', { ...WEB, provision_database: true });
    expect(await works('web')).toBe('billing_web');
    const intruder = { ...(await loginOf('web')), database: 'billing_api' };
    await expect(postgres.query('SELECT 1', intruder)).rejects.toMatchObject({ code: '42501' });
  });

  it('asking again changes neither password nor data; extensions are added', async () => {
    const before = await loginOf('api');
    await done(developer, 'provision-database', { ...API, extensions: ['pg_trgm'] });
    expect(await loginOf('api')).toEqual(before);
    const rows = await postgres.query('SELECT extname FROM pg_extension', { database: 'billing_api' });
    expect(rows).toEqual(expect.arrayContaining([{ extname: 'citext' }, { extname: 'pg_trgm' }]));
  });

  it('an extension that the server lacks ends the operation, and nothing is committed', async () => {
    await program.stop();
    program = await Program.start({
      dataDir: program.dataDir,
      env: { ...env, MCTL_DATABASE_EXTENSIONS: 'citext,pg_trgm,not_there' },
    });
    await refresh();
    const { body } = await developer.execute('provision-database', { ...API, extensions: ['not_there'], ...WAIT });
    expect(body).toMatchObject({
      operation: { status: 'failed' },
      error: { code: 'extension_unavailable', got: 'not_there' },
      commit: null,
    });
    expect(await fileOf('databases/billing/api.yaml')).not.toContain('not_there');
  });

  async function refresh(): Promise<void> {
    developer = await signedIn(program, PEOPLE.developer);
    owner = await signedIn(program, PEOPLE.owner);
  }

  it('a server that is down is waited for', async () => {
    await onboarded('patient');
    await postgres.down();
    const input = { team: 'billing', service: 'patient' };
    const { body: begun } = await developer.execute('provision-database', input);
    const step = await until(async () => {
      const { body } = await developer.get(`/api/v1/workflows/${begun.workflow.name}`);
      const found = body.steps.find(({ name }: Loose) => name === 'create-database');
      return found?.message && found;
    });
    expect(step).toMatchObject({ status: 'running', message: expect.stringContaining('tries again') });
    await postgres.up();
    const ended = await done(developer, 'provision-database', input);
    expect(ended.operation.status).toBe('succeeded');
    expect(await works('patient')).toBe('billing_patient');
  });

  it('a login that the server refuses ends the operation, and is told to nobody', async () => {
    await onboarded('refused');
    writeFileSync(urlFile, postgres.url({ password: 'canary-wrong-login' }));
    const { body } = await developer.execute('provision-database', { team: 'billing', service: 'refused', ...WAIT });
    expect(body).toMatchObject({ operation: { status: 'failed' }, error: { code: 'database_server_refused' } });
    expect(JSON.stringify(body) + program.log.join('')).not.toMatch(/canary|127\.0\.0\.1:\d+\/postgres/);
    writeFileSync(urlFile, postgres.url());
  });

  it.each(['CREATE ROLE', 'CREATE DATABASE', 'REVOKE ALL', 'ALTER ROLE'])(
    'what is killed before %s is finished by the next start',
    async (statement) => {
      const service = `killed-${statement.split(' ')[1]?.toLowerCase()}${statement.length}`;
      await onboarded(service);
      const proxy = await StatementProxy.start(postgres.port, statement, () => process.kill(program.pid, 'SIGKILL'));
      writeFileSync(urlFile, proxy.through(postgres.url()));
      const input = { team: 'billing', service, idempotency_key: `key-of-${service}` };
      const call = developer.execute('provision-database', { ...input, ...WAIT });
      await expect(call).rejects.toThrow();
      expect(await program.exited()).toBe('SIGKILL');
      await proxy.stop();
      writeFileSync(urlFile, postgres.url());
      program = await Program.start({ dataDir: program.dataDir, env });
      await refresh();
      // The same call again waits for the one that was broken off.
      await done(developer, 'provision-database', input);
      expect(await works(service)).toBe(`billing_${service}`);
      const made = (await commitsOf(program.gitDir)).filter(
        (commit) => trailer(commit, 'Operation') === 'provision-database' && commit.subject.includes(`/${service})`),
      );
      expect(made).toHaveLength(1);
      const rights = await postgres.query(`SELECT has_database_privilege('public', $1, 'CONNECT') AS open`, {}, [
        `billing_${service}`,
      ]);
      expect(rights).toEqual([{ open: false }]);
    },
  );

  it('it outlives its service with its credential', async () => {
    const before = await loginOf('web');
    const web = { team: 'billing', service: 'web' };
    const { body } = await owner.execute('retire-service', web);
    await done(owner, 'retire-service', { ...web, confirm_token: body.plan.confirm_token });
    await done(developer, 'deploy-service', { ...WEB, provision_database: true });
    expect(await loginOf('web')).toEqual(before);
    expect(await works('web')).toBe('billing_web');
  });

  it('no password is in git, in the log or in an answer', async () => {
    const passwords = [ADMIN_PASSWORD, (await loginOf('api')).password, (await loginOf('web')).password];
    const history = await git(program.gitDir, 'log', '-p', '--all');
    const { body: config } = await developer.get('/api/v1/services/billing/api');
    const { body: audit } = await owner.get('/api/v1/audit?team=billing&limit=200');
    const everything = [history, program.log.join('\n'), JSON.stringify([config, audit]), postgres.log.join('\n')];
    for (const password of passwords) {
      expect(password.length).toBeGreaterThan(10);
      expect(everything.filter((text) => text.includes(password))).toEqual([]);
    }
  });

  it('a server with databases that every role may connect to is warned of', async () => {
    await postgres.query('CREATE DATABASE unrelated');
    await onboarded('warned');
    const made = await done(developer, 'provision-database', { team: 'billing', service: 'warned' });
    expect(made.warnings).toContainEqual(expect.objectContaining({ code: 'databases_open_to_all' }));
    expect(JSON.stringify(made)).not.toContain('unrelated');
  });

  it('the next team of the name gets none of it, also where git has forgotten it', async () => {
    const { body } = await owner.execute('delete-tenant', { team: 'billing' });
    expect(body.plan.destroys).toContainEqual({ kind: 'secret_value', name: 'api/database/password' });
    await done(owner, 'delete-tenant', { team: 'billing', confirm_token: body.plan.confirm_token });
    const stranger = await signedIn(program, 'nora');
    await done(stranger, 'create-tenant', { team: 'billing' });
    const wanted = { ...WEB, provision_database: true };
    expect((await stranger.execute('deploy-service', wanted)).body).toMatchObject({ code: 'database_left_over' });
    await forget('platform-gitops/databases/billing.left-over.yaml');
    const { body: ended } = await stranger.execute('deploy-service', { ...wanted, ...WAIT });
    expect(ended).toMatchObject({ operation: { status: 'failed' }, error: { code: 'database_left_over' } });
    expect(await keptSecrets(program.dataDir, 'billing', 'web/database')).toEqual({});
  });

  /** As an administrator with a clone does. */
  async function forget(path: string): Promise<void> {
    const clone = join(folder, 'clone');
    await git(folder, 'clone', '-q', program.gitDir, clone);
    await git(clone, 'rm', '-q', path);
    await git(clone, '-c', 'user.name=a', '-c', 'user.email=a@example.org', 'commit', '-qm', 'cleared');
    await git(clone, 'push', '-q', 'origin', 'HEAD:main');
  }
});
