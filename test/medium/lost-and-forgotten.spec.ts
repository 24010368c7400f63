import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Server, Workplace } from '../support/commands';

/** Data folders of which a part was lost, or that other settings were made for. */
describe('a data folder', () => {
  let used: Workplace;
  let place: Workplace;
  let server: Server | undefined;

  beforeAll(async () => {
    used = new Workplace();
    const created = await used.mctl(['run-operation', 'create-tenant', '--input', '{"team":"billing"}']);
    expect(created).toMatchObject({ code: 0 });
  });

  afterAll(() => used.dispose());

  beforeEach(() => {
    place = new Workplace();
    cpSync(used.dataDir, place.dataDir, { recursive: true });
  });

  afterEach(async () => {
    await server?.stop('SIGKILL');
    server = undefined;
    place.dispose();
  });

  const at = (...path: string[]) => join(place.dataDir, ...path);
  const lose = (name: string) => rmSync(at(name), { recursive: true });
  const check = async (name: string, env = {}) => {
    const { stdout } = await place.mctl(['doctor', '--json'], { env });
    const { checks } = JSON.parse(stdout) as { checks: { name: string }[] };
    return checks.find((one) => one.name === name);
  };

  it('without its store is started with a warning, and doctor has it too', async () => {
    expect(await check('lost store')).toMatchObject({ status: 'ok' });
    lose('mctl.db');
    const found = 'the branch has 1 operation, the store knows none of them';
    expect(await check('lost store')).toMatchObject({ status: 'warning', found });
    server = await place.serve();
    expect(server.stdout).toContain(`Attention: ${found}: npm run --silent mctl -- audit rebuild first restores them`);
    expect(server.stderr).toMatch(new RegExp(`"level":"warn".*${found}`));
  });

  it('is not given a second branch, neither by a start nor by init', async () => {
    const env = { MCTL_GITOPS_BRANCH: 'master' };
    for (const { code, stdout, stderr } of [await place.start([], { env }), await place.mctl(['init'], { env })]) {
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toContain('MCTL_GITOPS_BRANCH');
    }
    expect(existsSync(at('gitops.git/refs/heads/master'))).toBe(false);
  });

  it('with a mirror and no remote says which setting is missing', async () => {
    const remote = place.remote();
    const env = { MCTL_GITOPS_REMOTE: remote.url };
    rmSync(place.dataDir, { recursive: true });
    expect(await place.mctl(['run-operation', 'create-tenant', '--input', '{"team":"a"}'], { env })).toMatchObject({
      code: 0,
    });
    expect(await check('remote')).toMatchObject({
      status: 'warning',
      fix: expect.stringContaining('Set MCTL_GITOPS_REMOTE'),
    });
    server = await place.serve();
    expect(server.stdout).toMatch(/^Attention: .*MCTL_GITOPS_REMOTE is not set/m);
  });

  it.each([
    ['key', 'keys', 'installation.pem'],
    ['repository', 'gitops.git', 'gitops.git'],
  ])('without its %s is not verified, and gets none', async (_, name, words) => {
    lose(name);
    const before = readdirSync(place.dataDir).sort();
    const { code, stdout, stderr } = await place.mctl(['audit', 'verify']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(new RegExp(`^There is no .*${words}.*\\n {2}fix: `));
    expect(readdirSync(place.dataDir).sort()).toEqual(before);
  });

  it('that is not there is not made by a rebuild that only looks', async () => {
    rmSync(place.dataDir, { recursive: true });
    const { code, stderr } = await place.mctl(['audit', 'rebuild', '--dry-run']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('There is no repository')]);
    expect(existsSync(place.dataDir)).toBe(false);
  });

  it('that was mistyped shows when a token is signed, and not for a call that is refused', async () => {
    rmSync(place.dataDir, { recursive: true });
    expect((await place.mctl(['token', '--user', 'a b'])).code).toBe(2);
    expect(existsSync(place.dataDir)).toBe(false);
    const first = await place.mctl(['token', '--user', 'ada']);
    expect(first.stderr).toContain(`Made a new key in ${at('keys/installation.pem')}: a server`);
    expect(first.stdout).toMatch(/^eyJ\S+\n$/);
    expect((await place.mctl(['token', '--user', 'ada'])).stderr).toBe('');
  });

  it('with a damaged store is refused with the way out, and no stack', async () => {
    const bytes = readFileSync(at('mctl.db'));
    for (const damaged of [Buffer.alloc(bytes.length, 'x'), Buffer.from(bytes).fill(0xfe, 100, 4_096)]) {
      writeFileSync(at('mctl.db'), damaged);
      const { code, stdout, stderr } = await place.start([]);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(/^The store .*mctl\.db is damaged or no store\.\n {2}fix: .*audit rebuild.*\n$/);
    }
  });

  it('of another user is not taken for one without a store', () => {
    const isRoot = process.getuid?.() === 0;
    chmodSync(place.folder, 0o755);
    // Root may look into everything and becomes somebody else; anybody else loses the right to look into their own.
    chmodSync(place.dataDir, isRoot ? 0o700 : 0o000);
    const cli = resolve(__dirname, '../../dist/cli.js');
    const { status, stderr } = spawnSync(process.execPath, [cli, 'audit', 'verify'], {
      ...(isRoot && { uid: 65_534, gid: 65_534 }),
      ...{ cwd: place.folder, encoding: 'utf8' },
      env: { PATH: process.env.PATH, MCTL_DATA_DIR: place.dataDir },
    });
    chmodSync(place.dataDir, 0o700);
    expect([status, stderr]).toEqual([1, expect.stringContaining('may not be used by this user')]);
  });

  it('that is moved back is as it was', async () => {
    renameSync(at('mctl.db'), at('saved'));
    renameSync(at('saved'), at('mctl.db'));
    server = await place.serve();
    expect(server.stdout).not.toContain('Attention');
    const { code, stderr } = await place.mctl(['audit', 'verify', '--since', '2999-01-01', '--json']);
    expect([code, stderr]).toEqual([4, '']);
  });
});
