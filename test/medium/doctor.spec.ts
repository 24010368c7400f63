import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import Sqlite from 'libsql';
import { type HttpBackend, startHttpBackend } from '../../src/platform/gitops/git/testing/http-backend';
import { type BareRemote, type Finished, Workplace } from '../support/commands';
import { Program } from '../support/program';

interface Report {
  readonly code: number | null;
  readonly ok: boolean;
  readonly text: string;
  readonly checks: Record<string, { status: string; found: string; fix: string | null; details?: any }>;
}

const TOKEN = 'correct-horse-battery-staple';

describe('mctl doctor', () => {
  let used: Workplace;
  let place: Workplace;
  let program: Program | undefined;
  let backend: HttpBackend | undefined;

  beforeAll(async () => {
    used = new Workplace();
    await use(used, 'SIGTERM');
  });

  afterAll(() => used.dispose());

  beforeEach(() => {
    place = new Workplace();
  });

  afterEach(async () => {
    await program?.stop();
    await backend?.close();
    program = backend = undefined;
    place.dispose();
  });

  async function doctor(env: Record<string, string> = {}): Promise<Report> {
    return reportOf(await place.mctl(['doctor', '--json'], { env }));
  }

  function reportOf({ code, stdout, stderr }: Finished): Report {
    expect(stderr).toBe('');
    const { ok, checks } = JSON.parse(stdout) as {
      ok: boolean;
      checks: ({ name: string } & Report['checks'][string])[];
    };
    expect(code).toBe(ok ? 0 : 1);
    expect(ok).toBe(checks.every(({ status }) => status !== 'failed'));
    return { code, ok, text: stdout, checks: Object.fromEntries(checks.map((check) => [check.name, check])) };
  }

  /** Every check that did not go well, with its status. */
  function complaints({ checks }: Report): Record<string, string> {
    const entries = Object.entries(checks).filter(([, { status }]) => status === 'failed' || status === 'warning');
    return Object.fromEntries(entries.map(([name, { status }]) => [name, status]));
  }

  /** A data folder with a repository, a store and one operation, as a server left it. */
  function usedDataFolder(): void {
    cpSync(used.dataDir, place.dataDir, { recursive: true });
  }

  async function use(where: Workplace, signal: NodeJS.Signals): Promise<void> {
    mkdirSync(where.dataDir, { recursive: true, mode: 0o700 });
    const running = await Program.start({ dataDir: where.dataDir });
    const created = await where.mctl(['run-operation', 'create-tenant', '--input', '{"team":"billing"}']);
    expect(created).toMatchObject({ code: 0 });
    await running.stop(signal);
  }

  async function server(env: Record<string, string> = {}): Promise<Program> {
    mkdirSync(place.dataDir, { recursive: true, mode: 0o700 });
    return (program = await Program.start({ dataDir: place.dataDir, env }));
  }

  /** A repository that `mctl init` has filled. */
  async function seeded(): Promise<BareRemote> {
    const remote = place.remote();
    const env = { MCTL_GITOPS_REMOTE: remote.url };
    expect(await place.mctl(['init'], { env })).toMatchObject({ code: 0 });
    return remote;
  }

  async function overHttp(more: Partial<Parameters<typeof startHttpBackend>[0]> = {}): Promise<Record<string, string>> {
    const remote = await seeded();
    remote.git('config', 'http.receivepack', 'true');
    backend = await startHttpBackend({ root: place.folder, users: { 'x-access-token': TOKEN }, ...more });
    return {
      MCTL_GITOPS_REMOTE: `${backend.url}/remote.git`,
      ...tokenFile(TOKEN),
      MCTL_PLATFORM_DOMAIN: 'apps.acme.test',
    };
  }

  function tokenFile(text: string): Record<string, string> {
    const file = join(place.folder, 'token');
    writeFileSync(file, text, { mode: 0o600 });
    return { MCTL_GITOPS_TOKEN_FILE: file };
  }

  function script(name: string, text: string): string {
    const file = join(place.folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { mode: 0o755 });
    return file;
  }

  describe('where nothing is wrong', () => {
    it('says so before the first start, and leaves nothing behind', async () => {
      const temporary = join(place.folder, 'tmp');
      mkdirSync(temporary);
      const report = await doctor({ TMPDIR: temporary });
      expect(complaints(report)).toEqual({});
      expect(report.checks).toMatchObject({
        node: { status: 'ok', found: expect.stringContaining(process.versions.node) },
        git: { status: 'ok' },
        'data folder': { found: expect.stringContaining('will be created by the first start') },
        store: { found: 'will be created by the first start' },
        remote: { found: expect.stringContaining('will be created and seeded by the first start') },
        branch: { status: 'skipped', found: 'the repository does not exist yet' },
        'write access': { status: 'skipped', found: 'the repository does not exist yet' },
      });
      expect([readdirSync(place.folder), readdirSync(temporary)]).toEqual([['tmp'], []]);
    });

    it('explains itself', async () => {
      const { code, stdout, stderr } = await place.mctl(['doctor', '--help']);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('Usage: mctl doctor [options]');
      expect(stdout).toContain('Examples:');
    });

    it('prints a line for each check, and the sum', async () => {
      const { code, stdout, stderr } = await place.mctl(['doctor']);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^ok +node +\d+\.\d+\.\d+ .*\nok +settings /);
      expect(stdout).toMatch(/\n\n\d+ checks: \d+ ok, 0 warnings, 0 failed, \d+ skipped\.\n$/);
    });

    it('asks the server that runs, looks past the store that it has open, and disturbs neither', async () => {
      const { url, pid, gitDir } = await server();
      await place.mctl(['run-operation', 'create-tenant', '--input', '{"team":"billing"}']);
      const refs = () => execFileSync('git', ['--git-dir', gitDir, 'for-each-ref'], { encoding: 'utf8' });
      const before = [refs(), readdirSync(place.dataDir).sort()];

      const report = await doctor({ PORT: new URL(url).port });
      expect(complaints(report)).toEqual({});
      expect(report.checks).toMatchObject({
        server: { found: expect.stringMatching(`process ${pid}, ${url}, .*: ready, store ok, gitops ok`) },
        store: { found: expect.stringContaining(`open in the server (process ${pid}, ${url}`) },
        audit: { status: 'skipped', found: expect.stringContaining('mctl audit verify') },
        port: { found: expect.stringContaining(`in use by this server (process ${pid})`) },
        branch: { status: 'ok' },
        'write access': { status: 'ok' },
        'repository layout': { status: 'ok', details: { tenants: 1, services: 0, problem_count: 0 } },
        clock: { status: 'ok', found: expect.stringContaining('after the newest commit') },
      });
      expect([refs(), readdirSync(place.dataDir).sort()]).toEqual(before);
      const next = await place.mctl(['run-operation', 'create-tenant', '--input', '{"team":"storefront"}']);
      expect(next.code).toBe(0);
    });

    it.each(['SIGTERM', 'SIGKILL'] as const)(
      'finds a whole store and the end of the audit trail after %s',
      async (signal) => {
        await use(place, signal);
        const report = await doctor();
        expect(complaints(report)).toEqual({});
        expect(report.checks).toMatchObject({
          server: { status: 'skipped' },
          store: { found: expect.stringMatching(/mctl\.db, .*, whole$/), details: { unfinished: 0 } },
          audit: { status: 'ok', details: { seq: 2, event: 'succeeded', operation: 'create-tenant' } },
          keys: { found: expect.stringContaining('mode 0600') },
        });
        await server();
      },
    );

    it('knows a remote over http: its address and none of its token, write access, and its clock', async () => {
      const report = await doctor(await overHttp());
      expect(complaints(report)).toEqual({});
      expect(report.checks).toMatchObject({
        credential: { found: `token in ${join(place.folder, 'token')}` },
        remote: { found: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/remote\.git, answered in \d+ ms$/) },
        'write access': { found: expect.stringContaining('may push') },
        clock: { found: expect.stringContaining('as on the remote') },
      });
      expect(report.text).not.toContain(TOKEN);
      // It only asked: a push would have been a POST.
      expect(backend?.requests.filter(({ line }) => line.startsWith('POST') && line.includes('receive-pack'))).toEqual(
        [],
      );
    });
  });

  describe('this machine', () => {
    it('names a Node that is too old, without loading what that one cannot load', async () => {
      const preload = script(
        'old-node.cjs',
        "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.4' } });",
      );
      const { checks, text } = await doctor({ NODE_OPTIONS: `--require ${preload}` });
      expect(checks).toEqual({
        node: expect.objectContaining({ status: 'failed', fix: expect.stringContaining('^20.19') }),
      });
      expect(text).toContain('18.20.4');
    });

    it('names git where it is missing or too old, and looks at everything that does without', async () => {
      mkdirSync(join(place.folder, 'empty'));
      const missing = await doctor({ PATH: join(place.folder, 'empty') });
      expect(complaints(missing)).toEqual({ git: 'failed' });
      expect(missing.checks).toMatchObject({
        git: { fix: expect.stringContaining('2.38') },
        remote: { status: 'skipped', found: 'needs: git' },
        branch: { status: 'skipped', found: 'needs: git' },
        port: { status: 'ok' },
      });

      const old = script('bin/git', '#!/bin/sh\necho git version 2.37.7\n');
      const { checks } = await doctor({ PATH: dirname(old) });
      expect(checks.git).toMatchObject({ status: 'failed', found: expect.stringContaining('2.37.7') });
    });

    it('names every setting that is wrong, shows no credential in one, and goes on with the others', async () => {
      const env = {
        PORT: 'http',
        MCTL_ADMIN: 'ada',
        MCTL_HOST: '0.0.0.0',
        MCTL_GITOPS_REMOTE: 'https://ada:opensesame@git.acme.test/x.git',
      };
      const { code, stdout, stderr } = await place.mctl(['doctor'], { env });
      expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
      expect(stdout).toMatch(
        /^FAILED +settings +PORT must be a whole number.*\n +fix: Correct PORT in the environment/m,
      );
      expect(stdout).toMatch(/^FAILED +settings +MCTL_ADMIN is not a setting; did you mean MCTL_ADMINS\?$/m);
      expect(stdout).toMatch(/^FAILED +settings +MCTL_HOST=0\.0\.0\.0 is not loopback/m);
      expect(stdout).toMatch(/^skipped +port +PORT is wrong$/m);
      expect(stdout).toMatch(/^FAILED +credential +.*holds a password.*\n +fix: Check MCTL_GITOPS_REMOTE\.$/m);
      expect(stdout).toMatch(/^ok +data folder/m);
      expect(stdout).not.toContain('opensesame');
    });

    it('names a data folder that is no folder', async () => {
      const file = script('file', '');
      for (const dataDir of [file, join(file, 'below')]) {
        const { checks } = await doctor({ MCTL_DATA_DIR: dataDir });
        expect(checks['data folder']).toMatchObject({
          status: 'failed',
          fix: expect.stringContaining('MCTL_DATA_DIR'),
        });
        expect(checks.store).toMatchObject({ status: 'skipped', found: 'needs: data folder' });
      }
    });

    it('believes no mode: a folder is writable once a file was written', async () => {
      mkdirSync(place.dataDir, { mode: 0o700 });
      const cli = resolve(__dirname, '../../dist/cli.js');
      // No file may hold a byte, which root has to obey as well. The temporary folder has the same trouble.
      const child = spawn('sh', ['-c', 'ulimit -f 0; exec "$0" "$@"', process.execPath, cli, 'doctor', '--json'], {
        cwd: place.folder,
        env: { PATH: process.env.PATH, PORT: '0', MCTL_DATA_DIR: place.dataDir },
      });
      const output = { stdout: '', stderr: '' };
      child.stdout.on('data', (chunk) => (output.stdout += chunk));
      child.stderr.on('data', (chunk) => (output.stderr += chunk));
      const [code] = (await once(child, 'close')) as [number];
      expect(complaints(reportOf({ code, ...output }))).toMatchObject({ 'data folder': 'failed', temporary: 'failed' });
      expect(readdirSync(place.dataDir)).toEqual([]);
    });

    it('names a temporary folder that is not there', async () => {
      const report = await doctor({ TMPDIR: join(place.folder, 'nowhere') });
      expect(complaints(report)).toEqual({ temporary: 'failed' });
      expect(report.checks.temporary).toMatchObject({ fix: expect.stringContaining('TMPDIR') });
    });

    it('warns of a data folder that others can look into, and fails for a key that they can read', async () => {
      usedDataFolder();
      const key = join(place.dataDir, 'keys', 'installation.pem');
      chmodSync(place.dataDir, 0o755);
      chmodSync(key, 0o644);
      const report = await doctor();
      expect(complaints(report)).toEqual({ 'data folder': 'warning', keys: 'failed' });
      expect(report.checks).toMatchObject({
        'data folder': { found: expect.stringContaining('0755'), fix: `chmod 700 ${place.dataDir}` },
        keys: { fix: `chmod 600 ${key}` },
      });
      chmodSync(key, 0o600);
      writeFileSync(key, 'not a key');
      expect((await doctor()).checks.keys).toMatchObject({
        status: 'failed',
        found: expect.stringContaining('no private key'),
      });
    });

    it('names the program that has the port', async () => {
      const other = createServer().listen(0, '127.0.0.1');
      await once(other, 'listening');
      const { port } = other.address() as AddressInfo;
      const report = await doctor({ PORT: String(port) });
      other.close();
      expect(complaints(report)).toEqual({ port: 'failed' });
      expect(report.checks.port?.found).toContain(`127.0.0.1:${port} is taken by`);
      if (process.platform === 'linux') expect(report.checks.port?.found).toContain(`process ${process.pid} (`);
    });

    it('tells an MCTL on another data folder from other programs', async () => {
      program = await Program.start();
      const { checks } = await doctor({ PORT: new URL(program.url).port });
      await program.dispose();
      expect(checks.port).toMatchObject({
        status: 'failed',
        found: expect.stringContaining('an MCTL on another data folder'),
      });
    });

    it('warns of a process that was the server and does not answer', async () => {
      usedDataFolder();
      const facts = { pid: process.pid, url: 'http://127.0.0.1:9', startedAt: new Date().toISOString() };
      writeFileSync(join(place.dataDir, 'server.json'), JSON.stringify(facts));
      expect(complaints(await doctor())).toEqual({ server: 'warning' });
    });
  });

  describe('the store', () => {
    const file = (): string => join(place.dataDir, 'mctl.db');

    function damage(offset: number): void {
      const descriptor = openSync(file(), 'r+');
      writeSync(descriptor, Buffer.alloc(3_000, 0xfe), 0, 3_000, offset);
      closeSync(descriptor);
    }

    it.each([
      ['its first page', 0],
      ['another page', 3 * 4096],
    ])('is damaged in %s', async (_, offset) => {
      usedDataFolder();
      damage(offset);
      const report = await doctor();
      expect(complaints(report)).toEqual({ store: 'failed' });
      expect(report.checks).toMatchObject({
        store: { found: expect.stringContaining('is damaged'), fix: expect.stringContaining('mctl audit rebuild') },
        audit: { status: 'skipped', found: 'needs: store' },
      });
    });

    it('was written by a newer version', async () => {
      usedDataFolder();
      const sqlite = new Sqlite(file());
      sqlite.exec("INSERT INTO kysely_migration (name, timestamp) VALUES ('999-later', '')");
      sqlite.close();
      expect((await doctor()).checks.store).toMatchObject({
        status: 'failed',
        found: expect.stringContaining('999-later'),
      });
    });

    it('lacks the end of its audit trail', async () => {
      usedDataFolder();
      const sqlite = new Sqlite(file());
      sqlite.exec('DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)');
      sqlite.close();
      const report = await doctor();
      expect(complaints(report)).toEqual({ audit: 'failed' });
      expect(report.checks.audit).toMatchObject({
        found: 'entry 1 is the last, and 2 should be',
        fix: expect.stringContaining('mctl audit verify'),
      });
    });

    it('is held by something that is no server', async () => {
      usedDataFolder();
      const sqlite = new Sqlite(file());
      sqlite.exec('PRAGMA locking_mode = EXCLUSIVE');
      sqlite.exec('BEGIN EXCLUSIVE');
      const { checks } = await doctor();
      sqlite.exec('ROLLBACK');
      sqlite.close();
      expect(checks.store).toMatchObject({ status: 'failed', found: expect.stringContaining('another process') });
    });
  });

  describe('the remote', () => {
    const later = ['branch', 'fetch', 'write access', 'repository layout'];

    it.each([
      ['is gone', 'http://127.0.0.1:9/x.git', 'does not answer'],
      ['never was', 'file:///nowhere/x.git', 'is not there'],
    ])('%s', async (_, remote, words) => {
      const report = await doctor({
        MCTL_GITOPS_REMOTE: remote,
        ...tokenFile(TOKEN),
        MCTL_PLATFORM_DOMAIN: 'apps.acme.test',
      });
      expect(complaints(report)).toEqual({ remote: 'failed' });
      expect(report.checks.remote).toMatchObject({ found: expect.stringContaining(words), fix: expect.any(String) });
      expect(report.checks.remote?.found).toContain(remote);
      for (const name of later) {
        expect(report.checks[name]).toMatchObject({ status: 'skipped', found: 'needs: remote' });
      }
      expect(report.checks.clock).toMatchObject({ status: 'ok', found: expect.stringContaining('nothing to compare') });
    });

    it('is the embedded repository, and damaged', async () => {
      usedDataFolder();
      rmSync(join(place.dataDir, 'gitops.git', 'HEAD'));
      const report = await doctor();
      expect(complaints(report)).toEqual({ remote: 'failed' });
      expect(report.checks.remote?.fix).toContain('Restore gitops.git from the backup');
    });

    it('hangs, and the command ends all the same', async () => {
      const report = await doctor(await overHttp({ behave: () => 'hang' }));
      expect(complaints(report)).toEqual({ remote: 'failed' });
    });

    it('refuses the token, which nobody gets to see', async () => {
      const env = await overHttp();
      const report = await doctor({ ...env, ...tokenFile('a-wrong-token') });
      expect(complaints(report)).toEqual({ remote: 'failed' });
      expect(report.checks.remote).toMatchObject({
        found: expect.stringContaining('refused MCTL’s credential'),
        fix: expect.stringContaining('MCTL_GITOPS_TOKEN_FILE'),
      });
      expect(report.text).not.toMatch(/a-wrong-token|correct-horse/);

      backend!.behave = () => ({ status: 403, headers: { 'content-type': 'text/plain' }, body: `no ${TOKEN} here\n` });
      const repeated = await doctor({ ...env, ...tokenFile(TOKEN) });
      expect(repeated.checks.remote?.found).toContain('remote: no *** here');
      expect(repeated.text).not.toContain(TOKEN);
    });

    it('lets MCTL read and not write', async () => {
      const env = await overHttp({ readOnly: true });
      const report = await doctor(env);
      expect(complaints(report)).toEqual({ 'write access': 'failed' });
      expect(report.checks['write access']?.fix).toContain('Make it writable again');
      expect(complaints(await doctor({ ...env, MCTL_READ_ONLY: 'true' }))).toEqual({ 'write access': 'warning' });
    });

    it.each([
      ['missing', undefined, 'is not there'],
      ['empty', '\n', 'is empty'],
      ['of two lines', 'one\ntwo\n', 'more than one line'],
    ])('has a token file that is %s', async (_, text, words) => {
      const env = { MCTL_GITOPS_REMOTE: 'https://git.acme.test/x.git', MCTL_PLATFORM_DOMAIN: 'apps.acme.test' };
      const file = { MCTL_GITOPS_TOKEN_FILE: join(place.folder, 'nowhere') };
      const report = await doctor({ ...env, ...(text === undefined ? file : tokenFile(text)) });
      expect(complaints(report)).toEqual({ credential: 'failed' });
      expect(report.checks).toMatchObject({
        credential: { found: expect.stringContaining(words) },
        remote: { status: 'skipped', found: 'needs: credential' },
      });
    });

    it('has an ssh key or host keys that ssh would not use', async () => {
      const key = join(place.folder, 'id');
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'mctl', '-f', key]);
      const known = script('known_hosts', 'git.acme.test ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==\n');
      const ssh = async (env: Record<string, string>) =>
        (await doctor({ MCTL_GITOPS_REMOTE: 'ssh://git@127.0.0.1:9/x.git', ...env })).checks.credential;
      expect(await ssh({ MCTL_GITOPS_SSH_KEY_FILE: key })).toMatchObject({
        status: 'failed',
        found: 'no ssh host is trusted',
      });
      const pinned = { MCTL_GITOPS_KNOWN_HOSTS_FILE: known };
      expect(await ssh({ ...pinned, MCTL_GITOPS_SSH_KEY_FILE: `${key}.pub` })).toMatchObject({
        status: 'failed',
        found: expect.stringContaining('holds no private key'),
      });
      expect(await ssh({ ...pinned, MCTL_GITOPS_SSH_KEY_FILE: key })).toMatchObject({ status: 'ok' });
      chmodSync(key, 0o644);
      expect(await ssh({ ...pinned, MCTL_GITOPS_SSH_KEY_FILE: key })).toMatchObject({
        status: 'failed',
        fix: `chmod 600 ${key}`,
      });
    });

    it('has no such branch, or none at all', async () => {
      const remote = await seeded();
      const wrong = await doctor({ MCTL_GITOPS_REMOTE: remote.url, MCTL_GITOPS_BRANCH: 'prod' });
      expect(complaints(wrong)).toMatchObject({ branch: 'failed' });
      expect(wrong.checks.branch).toMatchObject({
        found: 'there is no branch prod',
        fix: expect.stringContaining('(main)'),
      });

      const empty = place.remote('empty.git');
      const report = await doctor({ MCTL_GITOPS_REMOTE: empty.url });
      expect(complaints(report)).toEqual({ branch: 'warning', 'platform domain': 'warning' });
      expect(report.checks).toMatchObject({
        branch: { fix: expect.stringContaining('mctl init') },
        'write access': { status: 'ok' },
        'repository layout': { status: 'skipped' },
      });
      expect(empty.git('for-each-ref')).toBe('');
    });
  });

  describe('the repository', () => {
    const ROOT = 'platform-gitops';

    it('holds broken and odd files: they are named, and nothing fails', async () => {
      const remote = await seeded();
      remote.edit(`${ROOT}/tenants/billing/values.yaml`, 'tenant:\n  name: billing\n');
      remote.edit(`${ROOT}/services/billing/api/values.yaml`, 'image:\n\trepository: tab\n');
      remote.edit(`${ROOT}/services/nobody/api/values.yaml`, 'image:\n  repository: ghcr.io/acme/api\n  tag: "1.0"\n');
      const env = { MCTL_GITOPS_REMOTE: remote.url, MCTL_PLATFORM_DOMAIN: 'apps.acme.test' };
      const report = await doctor(env);
      expect(complaints(report)).toEqual({ 'repository layout': 'warning' });
      const { details } = report.checks['repository layout'] ?? {};
      expect(details).toMatchObject({ tenants: 1, services: 1, missing: [] });
      expect(details.problem_count).toBe(details.problems.length);
      expect(details.problems).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ path: `${ROOT}/services/billing/api/values.yaml`, severity: 'broken' }),
          expect.objectContaining({ path: `${ROOT}/services/nobody/api/values.yaml`, severity: 'odd' }),
        ]),
      );
      const { stdout } = await place.mctl(['doctor'], { env });
      expect(stdout).toMatch(/^ +- broken: .*services\/billing\/api\/values\.yaml/m);
      expect(stdout).toMatch(/^ +- odd: .*services\/nobody\/api\/values\.yaml/m);
    });

    it('shows the first twenty files, and counts them all', async () => {
      const remote = await seeded();
      for (let index = 10; index < 35; index += 1) {
        addFile(remote, `${ROOT}/services/billing/s${index}/values.yaml`, 'a: [\n');
      }
      addFile(remote, `${ROOT}/tenants/billing/values.yaml`, 'tenant:\n  name: billing\n');
      const env = { MCTL_GITOPS_REMOTE: remote.url };
      const { stdout } = await place.mctl(['doctor'], { env });
      expect(stdout.match(/^ +- broken: /gm)).toHaveLength(20);
      expect(stdout).toMatch(/^ +- and 5 more: mctl doctor --json/m);
      expect((await doctor(env)).checks['repository layout']?.details.problems).toHaveLength(25);
    });

    it('lacks what Argo CD needs', async () => {
      const remote = place.remote();
      remote.edit('README.md', '# ours\n');
      const report = await doctor({ MCTL_GITOPS_REMOTE: remote.url });
      expect(report.checks['repository layout']).toMatchObject({
        status: 'warning',
        fix: expect.stringMatching(/mctl init .*MCTL_GITOPS_ROOT \(now: platform-gitops\)/),
        details: { missing: expect.arrayContaining([`${ROOT}/charts/service/Chart.yaml`]) },
      });
    });

    it('has a commit from the future: the clock is behind, unless the remote has the same time', async () => {
      const env = await overHttp();
      const gitDir = join(place.folder, 'remote.git');
      commitAt(gitDir, new Date(Date.now() + 3 * 86_400_000));
      const alone = await doctor({ ...env, MCTL_GITOPS_REMOTE: `file://${gitDir}` });
      expect(complaints(alone)).toEqual({ clock: 'failed' });
      expect(alone.checks.clock).toMatchObject({
        found: '3 days behind the date of the newest commit',
        fix: expect.stringContaining('NTP'),
      });
      expect(complaints(await doctor(env))).toEqual({ clock: 'warning' });
    });

    it('is on a machine with another time', async () => {
      const date = new Date(Date.now() + 3_600_000).toUTCString();
      const env = await overHttp({
        behave: ({ method }) => (method === 'HEAD' ? { status: 404, headers: { date } } : 'serve'),
      });
      const report = await doctor(env);
      expect(complaints(report)).toEqual({ clock: 'failed' });
      expect(report.checks.clock?.found).toMatch(/^(59|60) min behind the clock of the remote$/);
    });

    it('gets signed commits only with a key that signs', async () => {
      const key = join(place.folder, 'id');
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'mctl', '-f', key]);
      expect((await doctor({ MCTL_GITOPS_SIGNING_KEY: key })).checks['signing key']).toMatchObject({ status: 'ok' });
      const wrong = await doctor({ MCTL_GITOPS_SIGNING_KEY: script('no-key', 'nothing\n') });
      expect(complaints(wrong)).toEqual({ 'signing key': 'failed' });
      expect(existsSync(place.dataDir)).toBe(false);
    });

    it('leads to hosts that nobody reaches', async () => {
      const remote = await seeded();
      const domain = async (env: Record<string, string>) => (await doctor(env)).checks['platform domain'];
      expect(await domain({ MCTL_GITOPS_REMOTE: remote.url })).toMatchObject({
        status: 'warning',
        fix: 'Set MCTL_PLATFORM_DOMAIN.',
      });
      expect(await domain({ MCTL_PLATFORM_DOMAIN: 'apps.example.org' })).toMatchObject({
        status: 'warning',
        details: { examples: ['MCTL_PLATFORM_DOMAIN'] },
      });
      expect(await domain({ MCTL_PLATFORM_DOMAIN: 'apps.acme.test' })).toMatchObject({ status: 'ok' });
    });
  });

  function plumbing(gitDir: string, args: readonly string[], options: { input?: string; at?: Date } = {}): string {
    const date =
      options.at === undefined ? {} : { GIT_AUTHOR_DATE: iso(options.at), GIT_COMMITTER_DATE: iso(options.at) };
    const who = ['-c', 'user.name=Hand', '-c', 'user.email=hand@example.org'];
    return execFileSync('git', ['--git-dir', gitDir, ...who, ...args], {
      encoding: 'utf8',
      input: options.input ?? '',
      env: { ...process.env, ...date },
    }).trim();
  }

  function iso(date: Date): string {
    return `${date.toISOString().slice(0, 19)}+00:00`;
  }

  /** An empty commit onto main, made at another time. */
  function commitAt(gitDir: string, at: Date): void {
    const commit = plumbing(gitDir, ['commit-tree', 'main^{tree}', '-p', 'main', '-m', 'later'], { at });
    plumbing(gitDir, ['update-ref', 'refs/heads/main', commit]);
  }

  /** A commit with one more file, without a clone. */
  function addFile({ gitDir }: BareRemote, path: string, text: string): void {
    const data = (content: string): string => `data ${Buffer.byteLength(content)}\n${content}\n`;
    const head = `commit refs/heads/main\ncommitter Hand <hand@example.org> 1700000000 +0000\n${data('by hand')}`;
    const body = `from refs/heads/main^0\nM 100644 inline ${path}\n${data(text)}`;
    plumbing(gitDir, ['fast-import', '--quiet'], { input: `${head}${body}\n` });
  }
});
