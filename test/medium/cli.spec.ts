import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { renderEnvExample } from '../../src/platform/config';
import { column, RestTestClient } from '../support/clients';
import { type BareRemote, Workplace } from '../support/commands';
import { Program } from '../support/program';

const CHARTS = 'platform-gitops/charts/service/Chart.yaml';

describe('mctl', () => {
  let place: Workplace;
  let program: Program | undefined;

  beforeEach(() => {
    place = new Workplace();
  });

  afterEach(async () => {
    await program?.stop();
    program = undefined;
    place.dispose();
  });

  async function server(env: Record<string, string> = {}): Promise<Program> {
    mkdirSync(place.dataDir, { recursive: true });
    return (program = await Program.start({ dataDir: place.dataDir, env }));
  }

  describe('usage', () => {
    it.each([[], ['token'], ['init'], ['run-operation'], ['operations'], ['env']])(
      '%s explains itself',
      async (...command) => {
        const { code, stdout, stderr } = await place.mctl([...command, '--help']);
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
        expect(stdout).toContain(`Usage: ${['mctl', ...command].join(' ')} [options]`);
        expect(stdout).toContain(command.length === 0 ? 'Exit codes:' : 'Examples:');
      },
    );

    it.each([
      ['a command', ['tokn'], 'Did you mean token?'],
      ['an option', ['token', '--user', 'ada', '--tl', '1h'], 'Did you mean --ttl?'],
      ['no option', ['token'], "required option '--user <login>'"],
      ['a number', ['run-operation', 'x', '--wait', '26'], 'from 0 to 25'],
      ['two inputs', ['run-operation', 'x', '--input', '{}', '--input-file', '-'], 'cannot be used with option'],
    ])('refuses what it does not know: %s', async (_, args, message) => {
      const { code, stdout, stderr } = await place.mctl(args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(message);
    });

    it.each([
      ['a login with a space', ['token', '--user', 'a b']],
      ['a lifetime without a unit', ['token', '--user', 'ada', '--ttl', '5']],
      ['a lifetime beyond the limit', ['token', '--user', 'ada', '--ttl', '31d']],
      ['input that is no JSON', ['run-operation', 'create-tenant', '--input', '{']],
      ['input that is no object', ['run-operation', 'create-tenant', '--input', '[]']],
      ['a file that is not there', ['run-operation', 'create-tenant', '--input-file', 'nowhere.json']],
      ['a user that is none', ['run-operation', 'create-tenant', '--user', '../x']],
    ])('says %s in one line', async (_, args) => {
      const { code, stdout, stderr } = await place.mctl(args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/^[^\n]+\n$/);
    });
  });

  describe('token', () => {
    it('prints a token and nothing else, before and beside a server, until it expires', async () => {
      const early = await place.mctl(['token', '--user', 'admin']);
      const { url } = await server();
      const short = await place.mctl(['token', '--user', 'ada', '--ttl', '1s']);
      expect(short).toEqual({ code: 0, stdout: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+\n$/), stderr: '' });

      const whoami = async (token: string) =>
        (await new RestTestClient(url, token.trim()).get('/api/v1/whoami')).status;
      expect(await whoami(early.stdout)).toBe(200);
      expect(await whoami(short.stdout)).toBe(200);
      // The second that it was given, and the five that clocks may differ.
      await sleep(6_500);
      expect(await whoami(short.stdout)).toBe(401);
    });
  });

  describe('token --revoke', () => {
    const statusOf = async (url: string, token: string): Promise<number> =>
      (await new RestTestClient(url, token.trim()).get('/api/v1/whoami')).status;
    const sign = async (): Promise<string> => (await place.mctl(['token', '--user', 'ada'])).stdout;

    it('ends one token at once, beside a server and before the next one', async () => {
      const [first, second, third] = [await sign(), await sign(), await sign()];
      const running = await server();
      expect(await statusOf(running.url, first)).toBe(200);
      expect(await place.mctl(['token', '--revoke', '-'], { input: first })).toEqual({
        code: 0,
        stdout: 'The token opens nothing any more.\n',
        stderr: '',
      });
      expect([await statusOf(running.url, first), await statusOf(running.url, second)]).toEqual([401, 200]);
      const again = await place.mctl(['token', '--revoke', '-'], { input: first });
      expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('was revoked already')]);
      await running.stop();

      writeFileSync(join(place.folder, 'token'), second);
      expect(await place.mctl(['token', '--revoke', 'token'])).toMatchObject({ code: 0, stderr: '' });
      const { url } = await server();
      expect([await statusOf(url, first), await statusOf(url, second), await statusOf(url, third)]).toEqual([
        401, 401, 200,
      ]);
    });

    it('never takes the token itself as an argument, and does not repeat it', async () => {
      const token = (await sign()).trim();
      const { code, stdout, stderr } = await place.mctl(['token', '--revoke', token]);
      expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining('cannot be read')]);
      expect(stderr).not.toContain(token);
      expect(await place.mctl(['token', '--revoke', '-'], { input: 'x' })).toMatchObject({ code: 2 });
      expect(await place.mctl(['token', '--revoke', '-', '--user', 'ada'])).toMatchObject({ code: 2 });
    });
  });

  describe('init', () => {
    async function initOf(remote: BareRemote, ...args: string[]) {
      const result = await place.mctl(['init', '--json', ...args], { env: { MCTL_GITOPS_REMOTE: remote.url } });
      expect(result).toMatchObject({ code: 0, stderr: '' });
      return JSON.parse(result.stdout) as { commit: string | null; written: string[]; kept: string[] };
    }

    it('seeds an empty remote, on which a server then works', async () => {
      const remote = place.remote();
      const { commit, written, kept } = await initOf(remote);
      expect(commit).toBe(remote.git('rev-parse', 'main'));
      expect(written).toContain(CHARTS);
      expect(kept).toEqual([]);
      expect(existsSync(place.dataDir)).toBe(false);

      const { url } = await server({ MCTL_GITOPS_REMOTE: remote.url });
      const token = await place.mctl(['token', '--user', 'admin']);
      const answer = await new RestTestClient(url, token.stdout.trim()).execute('create-tenant', {
        team: 'billing',
        wait_seconds: 20,
      });
      expect(answer.body).toMatchObject({
        operation: { status: 'succeeded' },
        commit: { sha: remote.git('rev-parse', 'main') },
      });
    });

    it('has nothing to do the second time', async () => {
      const remote = place.remote();
      await initOf(remote);
      expect(await initOf(remote)).toMatchObject({ commit: null, written: [], kept: [] });
      const { stdout } = await place.mctl(['init'], { env: { MCTL_GITOPS_REMOTE: remote.url } });
      expect(stdout).toContain('nothing to do');
      expect(remote.subjects()).toHaveLength(1);
    });

    it('keeps a file that was edited by hand, says so, and replaces it only when told to', async () => {
      const remote = place.remote();
      await initOf(remote);
      const original = remote.read(CHARTS);
      remote.edit(CHARTS, `${original}# ours\n`);

      expect(await initOf(remote)).toMatchObject({ commit: null, written: [], kept: [CHARTS] });
      const { stdout } = await place.mctl(['init'], { env: { MCTL_GITOPS_REMOTE: remote.url } });
      expect(stdout).toMatch(/kept 1 file that you changed.*\n {2}platform-gitops\/charts\/service\/Chart\.yaml\n/);
      expect(remote.read(CHARTS)).toContain('# ours');

      expect(await initOf(remote, '--update')).toMatchObject({ written: [CHARTS], kept: [] });
      expect(remote.read(CHARTS)).toBe(original);
    });

    it('writes nothing where a file, or a link, stands in the place of a folder, and names it', async () => {
      const remote = place.remote();
      remote.edit('platform-gitops/charts', '../charts');
      const head = remote.git('rev-parse', 'main');
      const env = { MCTL_GITOPS_REMOTE: remote.url };
      for (const more of [[], ['--update']]) {
        const { code, stderr } = await place.mctl(['init', ...more], { env });
        expect({ code, stderr }).toEqual({
          code: 1,
          stderr: expect.stringMatching(/charts cannot.*\n?.*Make it a folder/),
        });
      }
      expect(remote.git('rev-parse', 'main')).toBe(head);
    });

    it('says which setting is wrong where there is no such remote', async () => {
      const env = { MCTL_GITOPS_REMOTE: join(place.folder, 'nowhere.git') };
      const { code, stderr } = await place.mctl(['init'], { env });
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('MCTL_GITOPS_REMOTE') });
      expect(stderr).not.toContain('    at ');
    });
  });

  describe('run-operation', () => {
    const git = (...args: string[]) =>
      execFileSync('git', ['--git-dir', join(place.dataDir, 'gitops.git'), ...args], { encoding: 'utf8' }).trim();
    const create = (team: string, ...more: string[]) => [
      'run-operation',
      'create-tenant',
      '--input',
      JSON.stringify({ team }),
      ...more,
    ];

    it('opens the data folder itself where no server runs, and leaves it closed', async () => {
      const planned = await place.mctl(create('billing', '--dry-run'));
      expect(planned).toMatchObject({ code: 0, stdout: expect.stringContaining('+  name: billing') });

      const done = await place.mctl(create('billing', '--user', 'ada', '--reason', 'first team'));
      expect(done).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('create-tenant: succeeded') });
      expect(git('log', '-1', '--format=%an: %s: %b', 'main')).toMatch(
        /^ada: create-tenant\(billing\): billing: first team\n/,
      );
      expect(done.stdout).toContain(`commit   ${git('rev-parse', 'main')}`);

      const refused = await place.mctl(create('billing'));
      expect(refused).toMatchObject({ code: 4, stderr: '', stdout: expect.stringContaining('refused (team_exists)') });
      expect(refused.stdout).toMatch(/field: +team\n.*got: +billing\n.*fix: /);
      expect(git('rev-list', '--count', 'main')).toBe('2');
    });

    it('does not wait for a server that was killed', async () => {
      await (await server()).stop('SIGKILL');
      expect(existsSync(join(place.dataDir, 'server.json'))).toBe(true);
      expect(await place.mctl(create('billing'))).toMatchObject({ code: 0, stderr: '' });
    });

    it('stops a destructive operation for a confirmation, and takes the token of another process', async () => {
      await place.mctl(create('billing'));
      const remove = ['run-operation', 'delete-tenant', '--input', '{"team":"billing"}', '--json'];
      const asked = await place.mctl(remove);
      const { plan } = JSON.parse(asked.stdout) as { plan: { confirm_token: string } };
      expect(asked.code).toBe(3);
      const done = await place.mctl([...remove, '--confirm-token', plan.confirm_token]);
      expect(done.code).toBe(0);
      const again = await place.mctl([...remove, '--confirm-token', plan.confirm_token]);
      expect(again.code).toBe(4);
      expect(git('ls-tree', '-r', '--name-only', 'main')).not.toContain('tenants/billing');
    });

    it('goes through the server of the data folder: two processes never open one store', async () => {
      const { url, pid } = await server();
      const through = await place.mctl(create('billing', '--user', 'ada', '--json'));
      expect(through).toMatchObject({ code: 0, stderr: '' });
      expect(JSON.parse(through.stdout)).toMatchObject({ operation: { status: 'succeeded' } });
      const input = JSON.stringify({ team: 'billing' });
      const stdin = await place.mctl(['run-operation', 'create-tenant', '--input-file', '-'], { input });
      expect(stdin).toMatchObject({ code: 4, stdout: expect.stringContaining('refused (team_exists)') });
      const remove = await place.mctl(['run-operation', 'delete-tenant', '--input', input]);
      expect(remove).toMatchObject({ code: 3, stdout: expect.stringContaining('--confirm-token ey') });

      const token = await place.mctl(['token', '--user', 'admin']);
      const audit = await new RestTestClient(url, token.stdout.trim()).get('/api/v1/audit');
      expect(new Set(column(audit, 'through'))).toEqual(new Set([expect.stringMatching(/^rest \(mctl-cli\//)]));

      const second = await place.start([]);
      expect(second).toMatchObject({ code: 1, stdout: '' });
      expect(second.stderr).toContain(`process ${pid}, ${url}`);
      expect(second.stderr).toContain('MCTL_DATA_DIR');
      expect(await place.mctl(create('storefront'))).toMatchObject({ code: 0 });
      expect(git('rev-list', '--count', 'main')).toBe('3');
    });
  });

  describe('operations and env', () => {
    it('lists the operations without touching the data folder', async () => {
      const { code, stdout, stderr } = await place.mctl(['operations']);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^NAME +RISK +ROLE +TITLE\n/);
      expect(stdout).toMatch(/^create-tenant +medium +any +Create Tenant$/m);
      expect(readdirSync(place.folder)).toEqual([]);
    });

    it('shows every setting with its value and default', async () => {
      const { code, stdout } = await place.mctl(['env'], { env: { MCTL_ADMINS: 'ada' } });
      expect(code).toBe(0);
      expect(stdout).toMatch(/^MCTL_ADMINS=ada\n {4}set; default: admin\. Platform administrators/m);
      expect(stdout).toMatch(/^MCTL_GITOPS_BRANCH=main\n {4}default\. /m);
      expect((await place.mctl(['env', '--example'])).stdout).toBe(renderEnvExample());
    });

    it('shows them also while some are wrong, and then what is wrong', async () => {
      const { code, stdout, stderr } = await place.mctl(['env'], { env: { MCTL_ADMIN: 'ada', PORT: 'http' } });
      expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining('PORT=http') });
      expect(stderr).toContain('MCTL_ADMIN is not a setting; did you mean MCTL_ADMINS?');
      expect(stderr).toContain('PORT must be a whole number');
    });
  });
});
