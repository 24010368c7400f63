import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { writeCommits } from './commit-writer';
import { RemoteCredentials } from './credentials';
import { GitError } from './git-error';
import type { ObjectReader } from './object-reader';
import { draft, GitFixture } from './testing/git-fixture';
import { type HttpBackend, type HttpBackendOptions, startHttpBackend } from './testing/http-backend';
import { UrlRemote, type UrlRemoteOptions } from './url-remote';

const TOKEN = 'tök+en/with=odd&signs%20';

describe('UrlRemote over http', () => {
  let fixture: GitFixture;
  let origin: string;
  let gitDir: string;
  let reader: ObjectReader;
  let backend: HttpBackend;
  let settings: HttpBackendOptions;

  beforeEach(async () => {
    fixture = await GitFixture.create();
    ({ gitDir: origin } = await fixture.repository('origin.git'));
    ({ gitDir, reader } = await fixture.repository('mirror.git'));
    settings = { root: fixture.folder, users: { bot: TOKEN } };
    backend = await startHttpBackend(settings);
    await writeFile(fixture.path('token'), `${TOKEN}\n`);
  });
  afterEach(async () => {
    await backend.close();
    await fixture.remove();
  });

  const connect = (change: Partial<UrlRemoteOptions> = {}, tokenFile = fixture.path('token')): UrlRemote =>
    new UrlRemote({
      gitDir,
      reader,
      url: `${backend.url}/origin.git`,
      branch: 'main',
      credentials: new RemoteCredentials({ tokenFile, username: 'bot' }),
      timeoutMs: 20_000,
      askAgainMs: [0],
      ...change,
    });

  const failure = async (promise: Promise<unknown>): Promise<GitError> => {
    const error: unknown = await promise.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof GitError)) throw new Error(`expected a GitError, got ${String(error)}`);
    const everything = JSON.stringify(error) + error.stack + error.stderr + error.message;
    const basic = Buffer.from(`bot:${TOKEN}`).toString('base64');
    for (const secret of [TOKEN, encodeURIComponent(TOKEN), basic, Buffer.from(TOKEN).toString('base64')]) {
      expect(everything).not.toContain(secret);
    }
    return error;
  };

  const next = async (base: string | undefined): Promise<string> =>
    (await writeCommits(gitDir, base, [draft([{ path: 'a', content: String(Math.random()) }])]))[0] ?? '';

  it('creates, fetches and moves the branch', async () => {
    const remote = connect();
    expect(await remote.head()).toBeUndefined();
    const first = await next(undefined);
    await remote.publish(undefined, first);
    const theirs = await fixture.commit(origin, [{ path: 'b', content: '1' }]);
    expect((await failure(remote.publish(first, await next(first)))).kind).toBe('rejected');
    expect(await remote.head()).toBe(theirs);
    const second = await next(theirs);
    await remote.publish(theirs, second);
    expect(await fixture.git(origin, 'rev-parse', 'refs/heads/main')).toBe(second);
    expect(remote.describe()).not.toContain(TOKEN);
  });

  it('reads the token again at every use', async () => {
    const remote = connect();
    await fixture.commit(origin, [{ path: 'b', content: '1' }]);
    await remote.head();
    settings.users = { bot: 'second-token' };
    expect((await failure(remote.head())).kind).toBe('denied');
    await writeFile(fixture.path('token'), 'second-token');
    expect(await remote.head()).toBeDefined();
  });

  it('tells a wrong token from an empty and a missing one', async () => {
    settings.users = { bot: 'another' };
    expect((await failure(connect().head())).kind).toBe('denied');
    await writeFile(fixture.path('token'), '\n');
    expect((await failure(connect().head())).kind).toBe('token_file');
    expect((await failure(connect({}, fixture.path('absent')).head())).kind).toBe('token_file');
    expect((await failure(connect({ credentials: new RemoteCredentials() }).head())).kind).toBe('denied');
  });

  it('says that a remote is read-only', async () => {
    const base = await fixture.commit(origin, [{ path: 'b', content: '1' }]);
    settings.readOnly = true;
    const remote = connect();
    expect(await remote.head()).toBe(base);
    expect(await failure(remote.publish(base, await next(base)))).toMatchObject({
      kind: 'read_only',
      outcomeUnknown: false,
    });
  });

  it('tells a missing repository from a server that is not there or broken', async () => {
    expect((await failure(connect({ url: `${backend.url}/none.git` }).head())).kind).toBe('not_found');
    await backend.close();
    const remote = connect();
    expect((await failure(remote.head())).kind).toBe('unreachable');
    expect((await failure(remote.publish(undefined, await next(undefined)))).kind).toBe('unreachable');
    backend = await startHttpBackend(settings);
  });

  it.each([
    ['server_error', { status: 503 }],
    ['server_error', { status: 502, body: '<html>Bad Gateway</html>' }],
    ['busy', { status: 429, headers: { 'retry-after': '3' } }],
    ['redirected', { status: 301, headers: { location: 'http://127.0.0.1:9/' } }],
    ['not_git', { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Sign in</html>' }],
    ['interrupted', 'reset'],
    ['interrupted', 'cut'],
    ['timeout', 'hang'],
    ['timeout', 'trickle'],
  ] as const)('calls it %s where the answer to a fetch or push is %j', async (kind, behaviour) => {
    const base = await fixture.commit(origin, [{ path: 'b', content: '1' }]);
    const remote = connect({ timeoutMs: 1_000 });
    await remote.head();
    const mine = await next(base);
    backend.behave = () => behaviour;
    expect((await failure(remote.head())).kind).toBe(kind);
    expect((await failure(remote.publish(base, mine))).kind).toBe(kind);
    backend.behave = () => 'serve';
    expect(await remote.head()).toBe(base);
    await remote.publish(base, mine);
    expect(await fixture.git(origin, 'rev-parse', 'refs/heads/main')).toBe(mine);
  });

  it('takes a page of a proxy for no empty repository, not even at first', async () => {
    backend.behave = () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Sign in</html>' });
    expect((await failure(connect().head())).kind).toBe('not_git');
    backend.behave = () => 'serve';
    expect(await connect().head()).toBeUndefined();
  });

  it('goes on when the server has room again', async () => {
    const base = await fixture.commit(origin, [{ path: 'b', content: '1' }]);
    const remote = connect();
    await remote.head();
    const content = randomBytes(64_000);
    const [mine = ''] = await writeCommits(gitDir, base, [draft([{ path: 'a', content }])]);
    settings.fileSizeLimit = 16;
    expect(await failure(remote.publish(base, mine))).toMatchObject({ kind: 'full', outcomeUnknown: false });
    settings.fileSizeLimit = undefined;
    await remote.publish(base, mine);
    expect(await remote.head()).toBe(mine);
  });

  it('resolves when the push arrived and only its answer was lost', async () => {
    const base = await fixture.commit(origin, [{ path: 'b', content: '1' }]);
    const remote = connect();
    await remote.head();
    const mine = await next(base);
    backend.behave = ({ method, path }) =>
      method === 'POST' && path.endsWith('git-receive-pack') ? 'lose-reply' : 'serve';
    await remote.publish(base, mine);
    expect(await fixture.git(origin, 'rev-parse', 'refs/heads/main')).toBe(mine);
  });

  it('says so when it cannot know whether the push arrived', async () => {
    const base = await fixture.commit(origin, [{ path: 'b', content: '1' }]);
    const remote = connect({ timeoutMs: 3_000 });
    await remote.head();
    let lost = false;
    backend.behave = ({ method, path }) => {
      if (method === 'POST' && path.endsWith('git-receive-pack')) lost = true;
      return lost ? 'reset' : 'serve';
    };
    const error = await failure(remote.publish(base, await next(base)));
    expect(error).toMatchObject({ kind: 'interrupted', outcomeUnknown: true });
  });

  it('gives the token to no other host, not even on a redirect', async () => {
    const other = await startHttpBackend(settings);
    await fixture.commit(origin, [{ path: 'b', content: '1' }]);
    backend.behave = ({ path, query }) => ({ status: 302, headers: { location: `${other.url}${path}${query}` } });
    expect((await failure(connect().head())).kind).toBe('redirected');
    expect(other.requests).toEqual([]);
    await other.close();
  });

  it('shows the token in no process, argument or environment, while a request hangs', async () => {
    await fixture.commit(origin, [{ path: 'b', content: '1' }]);
    await connect().head();
    let asked = 0;
    backend.behave = () => (++asked > 1 ? 'hang' : 'serve');
    const hanging = failure(connect({ timeoutMs: 2_500 }).head());
    while (asked < 2) await delay(20);
    const seen = await processes();
    expect(seen.filter(({ command }) => command.includes('remote-http')).length).toBeGreaterThan(0);
    for (const { command, environment } of seen) {
      expect(command).not.toContain(TOKEN);
      expect(environment).not.toContain(TOKEN);
    }
    expect((await hanging).kind).toBe('timeout');
    await delay(300);
    expect((await processes()).filter(({ command }) => command.includes(`${backend.url}/`))).toEqual([]);
  });

  async function processes(): Promise<{ command: string; environment: string }[]> {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const read = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');
    const all = pids.map(async (pid) => ({
      command: (await read(`/proc/${pid}/cmdline`)).replaceAll('\0', ' '),
      environment: await read(`/proc/${pid}/environ`),
    }));
    return (await Promise.all(all)).filter(({ command }) => command.includes('git'));
  }
});
