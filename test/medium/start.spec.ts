import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { column, RestTestClient } from '../support/clients';
import { type Server, Workplace } from '../support/commands';
import { bearer } from '../support/doors';
import { onTerminal } from '../support/terminal';
import { tokenFor } from '../support/tokens';

describe('npm start', () => {
  let place: Workplace;
  let server: Server | undefined;

  beforeEach(() => {
    place = new Workplace();
  });

  afterEach(async () => {
    await server?.stop('SIGKILL');
    server = undefined;
    place.dispose();
  });

  const serve = async (args: string[] = [], env: Record<string, string> = {}): Promise<Server> =>
    (server = await place.serve(args, { MCTL_WRITES_PER_MINUTE: '10000', ...env }));
  const commits = (): string[] =>
    execFileSync('git', ['--git-dir', join(place.dataDir, 'gitops.git'), 'log', '--format=%an %s', 'main'], {
      encoding: 'utf8',
    })
      .trim()
      .split('\n');

  describe('the banner', () => {
    it('has all that it takes to connect, and no token where it goes to a file', async () => {
      const { stdout, stderr, url, token, clientConfiguration } = await serve();
      const repository = `embedded repository ${place.dataDir}/gitops.git, branch main`;
      for (const part of [
        `${url}/mcp`,
        `${url}/connect`,
        `${url}/docs`,
        place.dataDir,
        repository,
        'admin, platform administrator',
        'mctl -- token --user admin --ttl 12h',
        'mctl -- token --user LOGIN',
      ]) {
        expect(stdout).toContain(part);
      }
      expect(stdout).toContain(
        `claude mcp add --transport http mctl ${url}/mcp --header "Authorization: Bearer YOUR-TOKEN"`,
      );
      expect(stdout + stderr).not.toMatch(/eyJ/);
      expect((await new RestTestClient(url, token).get('/api/v1/whoami')).body).toMatchObject({
        user: 'admin',
        admin: true,
      });
      expect((await fetch(`${url}/docs`)).status).toBe(200);

      expect(clientConfiguration).toMatchObject({ type: 'http', url: `${url}/mcp` });
      const client = new Client({ name: 'pasted', version: '1.0.0' });
      expect(clientConfiguration.headers).toEqual({ Authorization: 'Bearer YOUR-TOKEN' });
      const headers = bearer(token);
      await client.connect(
        new StreamableHTTPClientTransport(new URL(clientConfiguration.url), { requestInit: { headers } }),
      );
      expect(await client.callTool({ name: 'mctl_whoami', arguments: {} })).toMatchObject({
        structuredContent: { user: 'admin' },
      });
      await client.close();
    });

    it('shows whoever sits before a terminal a token that works', async () => {
      const terminal = await onTerminal(['main.js'], place.dataDir, 'Ctrl-C drains and stops.');
      try {
        const [token = ''] = /^eyJ\S+$/m.exec(terminal.text) ?? [];
        const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(terminal.text) ?? [];
        expect(terminal.text).toContain('with this token for 12 hours');
        expect((await new RestTestClient(url, token).get('/api/v1/whoami')).body).toMatchObject({ user: 'admin' });
      } finally {
        await terminal.end();
      }
    });

    it('is one line with the address, and no token, for supervisors', async () => {
      const quiet = place.start(['--quiet']);
      const facts = join(place.dataDir, 'server.json');
      while (!existsSync(facts)) await sleep(50);
      await sleep(200);
      const { pid, url } = JSON.parse(readFileSync(facts, 'utf8')) as { pid: number; url: string };
      process.kill(pid, 'SIGTERM');
      expect(await quiet).toEqual({ code: 0, stdout: `listening ${url}\n`, stderr: '' });
    });

    it('explains its flags', async () => {
      expect(await place.start(['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('--quiet') });
      expect(await place.start(['--dmo'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--demo') });
    });

    it('names the public address to clients', async () => {
      const { clientConfiguration, url } = await serve([], {
        MCTL_PUBLIC_URL: 'https://mctl.example.org',
        MCTL_LOCAL_TOKENS: 'true',
      });
      expect(clientConfiguration.url).toBe('https://mctl.example.org/mcp');
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    });
  });

  it('finds everything again', async () => {
    const first = await serve();
    const facts = join(place.dataDir, 'server.json');
    expect(JSON.parse(readFileSync(facts, 'utf8'))).toEqual({
      pid: first.pid,
      url: first.url,
      startedAt: expect.any(String),
    });
    expect(statSync(facts).mode & 0o777).toBe(0o600);
    await new RestTestClient(first.url, first.token).execute('create-tenant', { team: 'billing', wait_seconds: 20 });
    expect(await first.stop('SIGINT')).toBe(0);
    expect(existsSync(facts)).toBe(false);
    expect(first.stdout).toMatch(/Stopping: .*\nStopped\.\n$/);

    const second = await serve();
    const rest = new RestTestClient(second.url, first.token);
    expect((await rest.get('/api/v1/tenants/billing')).body).toMatchObject({ name: 'billing' });
    expect(column(await rest.get('/api/v1/audit'), 'status')).toEqual(['succeeded', 'submitted']);
    expect(await second.stop()).toBe(0);
  });

  it('--demo adds two teams with a history, once', async () => {
    const first = await serve(['--demo']);
    expect(first.stdout).toMatch(
      /Demo: team billing, \d+ operations by ada and grace\.\nDemo: team storefront, \d+ operations by mia and noor\.\n/,
    );
    expect(first.stdout).toContain('mctl -- token --user ada');
    const history = commits();
    expect(history).toEqual(
      expect.arrayContaining(['ada create-tenant(billing): Billing', 'ada rollback(billing/payment-api): 1.1.0']),
    );
    const rest = new RestTestClient(first.url, await tokenFor(place.dataDir, 'grace'));
    expect(column(await rest.get('/api/v1/services'), 'name')).toEqual(['invoice-worker', 'payment-api']);
    const [incident] = (await rest.get('/api/v1/incidents')).body.items as { id: string }[];
    expect((await rest.get(`/api/v1/incidents/${incident?.id}`)).body).toMatchObject({
      service: 'payment-api',
      acknowledged_by: 'grace',
      occurrences: 1,
      related_operations: expect.arrayContaining([expect.objectContaining({ operation: 'rollback-service' })]),
    });
    await first.stop();

    const second = await serve(['--demo']);
    expect(second.stdout).toMatch(/Demo: team billing, .*; nothing was added\./);
    expect(commits()).toEqual(history);
  });

  it('--demo leaves a team of the same name alone', async () => {
    await place.mctl(['run-operation', 'create-tenant', '--input', '{"team":"billing"}']);
    const { stdout } = await serve(['--demo']);
    expect(stdout).toContain('Demo: there is a team billing already; it was left alone.');
    expect(commits().filter((line) => line.includes('(billing'))).toEqual(['admin create-tenant(billing): billing']);
  });

  it('--demo adds nothing to a remote that others work with', async () => {
    const remote = place.remote();
    const env = { MCTL_GITOPS_REMOTE: remote.url };
    await place.mctl(['run-operation', 'create-tenant', '--input', '{"team":"real"}'], { env });
    const { stdout } = await serve(['--demo'], env);
    expect(stdout).toContain('nothing was added to it');
    expect(remote.subjects()).toEqual(['create-tenant(real): real']);
  });

  describe('stopping', () => {
    const TEAMS = Array.from({ length: 30 }, (_, index) => `team-${index}`);

    it('finishes what was accepted', async () => {
      const remote = place.remote();
      await place.mctl(['init'], { env: { MCTL_GITOPS_REMOTE: remote.url } });
      const { url, token } = await serve([], { MCTL_GITOPS_REMOTE: remote.url, MCTL_COMMIT_BATCH: '5' });
      remote.slowDown(0.3);
      const rest = new RestTestClient(url, token);
      const waiting = rest.execute('create-tenant', { team: 'waiting', wait_seconds: 25 });
      const answers = await Promise.all(TEAMS.map((team) => rest.execute('create-tenant', { team })));
      expect(answers.map(({ status }) => status)).toEqual(TEAMS.map(() => 202));
      const before = remote.subjects().length;
      expect(before).toBeLessThan(TEAMS.length);

      expect(await server?.stop('SIGTERM')).toBe(0);
      expect((await waiting).body).toMatchObject({ operation: { status: 'succeeded' } });
      expect(remote.subjects().filter((subject) => subject.startsWith('create-tenant('))).toHaveLength(
        TEAMS.length + 1,
      );
    });

    it('at once when told twice; the next start finishes the rest', async () => {
      const remote = place.remote();
      await place.mctl(['init'], { env: { MCTL_GITOPS_REMOTE: remote.url } });
      const first = await serve([], { MCTL_GITOPS_REMOTE: remote.url });
      remote.slowDown(4);
      await new RestTestClient(first.url, first.token).execute('create-tenant', { team: 'billing' });
      first.signal('SIGINT');
      // Twice within one key press is npm handing on what the terminal sent as well.
      first.signal('SIGINT');
      await sleep(1_200);
      expect(await first.stop('SIGINT')).toBe(130);
      expect(existsSync(join(place.dataDir, 'server.json'))).toBe(false);

      remote.slowDown(0);
      const second = await serve([], { MCTL_GITOPS_REMOTE: remote.url });
      const rest = new RestTestClient(second.url, second.token);
      for (let tries = 0; tries < 100; tries++) {
        const { body } = await rest.get('/api/v1/workflows');
        if (body.items[0].status === 'succeeded') break;
        await sleep(200);
      }
      expect(remote.subjects().filter((subject) => subject === 'create-tenant(billing): billing')).toHaveLength(1);
    });
  });

  describe('what keeps it from starting', () => {
    it('is said about all settings together', async () => {
      const { code, stdout, stderr } = await place.start([], {
        env: { MCTL_ADMIN: 'ada', PORT: 'http', MCTL_READ_ONLY: 'yes', MCTL_GITOPS_POLL: '5' },
      });
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr.split('\n')).toHaveLength(6);
      for (const part of [
        'did you mean MCTL_ADMINS?',
        'PORT must be',
        'MCTL_READ_ONLY must be',
        'MCTL_GITOPS_POLL must be',
      ]) {
        expect(stderr).toContain(part);
      }
    });

    it('a port in use', async () => {
      const other = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => other.once('listening', resolve));
      const { port } = other.address() as AddressInfo;
      const { code, stdout, stderr } = await place.start([], { env: { PORT: String(port) } });
      other.close();
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toBe(
        `Port ${port} is taken by another program.\n  fix:      Set PORT to another one, or PORT=0 for any that is free.\n`,
      );
    });

    it.each([
      [
        'a remote that is not there',
        (folder: string) => join(folder, 'nowhere.git'),
        'The GitOps repository is not there.',
      ],
      ['a URL with a password', () => 'https://me:canary@git.example.org/x.git', 'is refused: it holds a password'],
      ['a scheme of no use', () => 'ext::sh', 'is refused'],
    ])('%s', async (_, remote, message) => {
      const { code, stdout, stderr } = await place.start([], { env: { MCTL_GITOPS_REMOTE: remote(place.folder) } });
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain(message);
      expect(stderr).toContain('MCTL_GITOPS_REMOTE');
      expect(stderr).not.toMatch(/canary|^ +at /m);
    });

    it('but not a remote that is merely away, which it names', async () => {
      const { stdout } = await serve([], { MCTL_GITOPS_REMOTE: 'http://127.0.0.1:9/platform/gitops.git' });
      expect(stdout).toContain('The GitOps remote does not answer.');
    });
  });
});
