import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { lookCloser } from './closer-look';
import { writeCommits } from './commit-writer';
import { RemoteCredentials } from './credentials';
import { EmbeddedRemote } from './embedded-remote';
import { GitError } from './git-error';
import type { ObjectReader } from './object-reader';
import type { Remote } from './remote';
import { parseRemoteUrl } from './remote-url';
import { draft, GitFixture } from './testing/git-fixture';
import { UrlRemote } from './url-remote';

interface Setup {
  /** Where this writer keeps its objects. */
  gitDir: string;
  reader: ObjectReader;
  remote: Remote;
  /** The repository with the branch. */
  origin: string;
}

async function embedded(fixture: GitFixture): Promise<Setup> {
  const { gitDir, reader, remote } = await fixture.repository('origin.git');
  return { gitDir, reader, remote, origin: gitDir };
}

async function file(fixture: GitFixture, scheme = ''): Promise<Setup> {
  const origin = await fixture.repository('origin.git');
  const { gitDir, reader } = await fixture.repository('mirror.git');
  const options = {
    url: `${scheme}${origin.gitDir}`,
    branch: 'main',
    credentials: new RemoteCredentials(),
    askAgainMs: [0],
  };
  return { gitDir, reader, origin: origin.gitDir, remote: new UrlRemote({ ...options, gitDir, reader }) };
}

describe.each([
  ['embedded', embedded],
  ['path', (fixture: GitFixture) => file(fixture)],
  ['file URL', (fixture: GitFixture) => file(fixture, 'file://')],
])('Remote (%s)', (_, setup) => {
  let fixture: GitFixture;
  let it_: Setup;

  beforeEach(async () => {
    fixture = await GitFixture.create();
    it_ = await setup(fixture);
  });
  afterEach(() => fixture.remove());

  const write = async (base: string | undefined, path = 'mine'): Promise<string> =>
    (await writeCommits(it_.gitDir, base, [draft([{ path, content: String(Math.random()) }])]))[0] ?? '';

  it('creates the branch in an empty repository, once', async () => {
    expect(await it_.remote.head()).toBeUndefined();
    const first = await write(undefined);
    await it_.remote.publish(undefined, first);
    expect(await it_.remote.head()).toBe(first);
    const second = await write(undefined, 'other');
    await expect(it_.remote.publish(undefined, second)).rejects.toMatchObject({
      kind: 'rejected',
      outcomeUnknown: false,
    });
    expect(await fixture.git(it_.origin, 'rev-parse', 'refs/heads/main')).toBe(first);
  });

  it('moves the branch only from where it was expected', async () => {
    const base = await fixture.commit(it_.origin, [{ path: 'a', content: '1' }]);
    expect(await it_.remote.head()).toBe(base);
    const mine = await write(base);
    const theirs = await fixture.commit(it_.origin, [{ path: 'a', content: '2' }]);
    await expect(it_.remote.publish(base, mine)).rejects.toMatchObject({ kind: 'rejected' });
    expect(await it_.remote.head()).toBe(theirs);
    const again = await write(theirs);
    await it_.remote.publish(theirs, again);
    expect(await it_.remote.head()).toBe(again);
    expect(await fixture.git(it_.origin, 'rev-parse', 'refs/heads/main')).toBe(again);
  });

  it('takes a publish that already happened for done', async () => {
    const base = await fixture.commit(it_.origin, [{ path: 'a', content: '1' }]);
    await it_.remote.head();
    const mine = await write(base);
    await it_.remote.publish(base, mine);
    await it_.remote.publish(base, mine);
    await fixture.commit(it_.origin, [{ path: 'a', content: '2' }]);
    await it_.remote.publish(base, mine);
  });

  it('refuses when the branch is gone, and does not take that for an empty repository', async () => {
    const base = await fixture.commit(it_.origin, [{ path: 'a', content: '1' }]);
    await it_.remote.head();
    await fixture.git(it_.origin, 'update-ref', '-d', 'refs/heads/main');
    const isEmbedded = it_.gitDir === it_.origin;
    const kind = isEmbedded ? 'rejected' : 'branch_gone';
    await expect(it_.remote.publish(base, await write(base))).rejects.toMatchObject({ kind, outcomeUnknown: false });
    const head = await it_.remote.head().catch((error: unknown) => (error as GitError).kind);
    expect(head).toBe(isEmbedded ? undefined : 'branch_gone');
    await fixture.git(it_.origin, 'update-ref', 'refs/heads/main', base);
    expect(await it_.remote.head()).toBe(base);
  });

  it('follows a branch that was moved back by force', async () => {
    const first = await fixture.commit(it_.origin, [{ path: 'a', content: '1' }]);
    await fixture.commit(it_.origin, [{ path: 'a', content: '2' }]);
    await it_.remote.head();
    await fixture.git(it_.origin, 'update-ref', 'refs/heads/main', first);
    expect(await it_.remote.head()).toBe(first);
  });

  it('lets exactly one of many simultaneous writers win each round', async () => {
    const base = await fixture.commit(it_.origin, [{ path: 'a', content: '1' }]);
    await it_.remote.head();
    const candidates = await Promise.all(Array.from({ length: 6 }, (_unused, index) => write(base, `w${index}`)));
    const outcomes = await Promise.allSettled(candidates.map((sha) => it_.remote.publish(base, sha)));
    const winners = candidates.filter((_unused, index) => outcomes[index]?.status === 'fulfilled');
    expect(winners).toEqual([await it_.remote.head()]);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ kind: 'rejected' });
    }
  });

  it('describes itself', () => {
    expect(it_.remote.describe()).toContain('origin.git');
  });
});

describe('EmbeddedRemote', () => {
  it('gets past a lock that a killed process left behind', async () => {
    const fixture = await GitFixture.create();
    const { gitDir, reader } = await fixture.repository('r.git');
    const remote = new EmbeddedRemote({ gitDir, branch: 'main', reader });
    const [sha = ''] = await writeCommits(gitDir, undefined, [draft([])]);
    const lock = fixture.path('r.git', 'refs', 'heads', 'main.lock');
    await writeFile(lock, '');
    await expect(remote.publish(undefined, sha)).rejects.toMatchObject({ kind: 'rejected' });
    const old = new Date(Date.now() - 120_000);
    await utimes(lock, old, old);
    await expect(remote.publish(undefined, sha)).rejects.toMatchObject({ kind: 'rejected' });
    await remote.publish(undefined, sha);
    expect(await remote.head()).toBe(sha);
    await fixture.remove();
  });
});

describe('UrlRemote', () => {
  let fixture: GitFixture;
  let it_: Setup;

  beforeEach(async () => {
    fixture = await GitFixture.create();
    it_ = await file(fixture);
  });
  afterEach(() => fixture.remove());

  const hook = async (name: string, script: string): Promise<void> => {
    await mkdir(fixture.path('origin.git', 'hooks'), { recursive: true });
    await writeFile(fixture.path('origin.git', 'hooks', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  };

  it('fetches its branch and nothing else', async () => {
    const head = await fixture.commit(it_.origin, [{ path: 'a', content: '1' }]);
    for (const branch of ['other', 'feature/x']) {
      await fixture.commit(it_.origin, [{ path: 'b', content: branch }], branch);
    }
    await fixture.git(it_.origin, 'update-ref', 'refs/tags/v1', head);
    await it_.remote.head();
    expect(await fixture.git(it_.gitDir, 'for-each-ref', '--format=%(refname)')).toMatch(
      /^refs\/remotes\/[0-9a-f]{12}\/main$/,
    );
  });

  it.each(['pre-receive', 'update'])(
    'takes a refusal by the %s hook for one, whatever the hook prints',
    async (name) => {
      const base = await fixture.commit(it_.origin, [{ path: 'a', content: '1' }]);
      await it_.remote.head();
      await hook(name, 'echo "No space left on device: authentication failed" >&2; exit 1');
      const [next = ''] = await writeCommits(it_.gitDir, base, [draft([])]);
      await expect(it_.remote.publish(base, next)).rejects.toMatchObject({ kind: 'declined', outcomeUnknown: false });
      expect(await it_.remote.head()).toBe(base);
    },
  );

  it('says that the outcome is open when a push takes too long, and finds it done later', async () => {
    const base = await fixture.commit(it_.origin, [{ path: 'a', content: '1' }]);
    await it_.remote.head();
    await hook('pre-receive', 'sleep 4');
    const [next = ''] = await writeCommits(it_.gitDir, base, [draft([])]);
    const options = {
      gitDir: it_.gitDir,
      reader: it_.reader,
      url: it_.origin,
      branch: 'main',
      credentials: new RemoteCredentials(),
    };
    const hasty = new UrlRemote({ ...options, timeoutMs: 800, askAgainMs: [0] });
    await expect(hasty.publish(base, next)).rejects.toMatchObject({ kind: 'timeout', outcomeUnknown: true });
  });

  it('starts no branch beside others', async () => {
    await fixture.commit(it_.origin, [{ path: 'a', content: '1' }], 'trunk');
    await expect(it_.remote.head()).rejects.toMatchObject({ kind: 'branch_gone' });
    await fixture.git(it_.origin, 'update-ref', '-d', 'refs/heads/trunk');
    expect(await it_.remote.head()).toBeUndefined();
  });

  it.each(['embedded', 'elsewhere'])('tells once that a branch (%s) was moved back or written anew', async (where) => {
    const told: string[] = [];
    const onRewritten = (from: string, to: string) => void told.push(`${from} ${to}`);
    const settings = { branch: 'main', onRewritten };
    const remote =
      where === 'embedded'
        ? new EmbeddedRemote({ ...settings, gitDir: it_.origin, reader: fixture.reader(it_.origin) })
        : new UrlRemote({
            ...settings,
            ...{ gitDir: it_.gitDir, reader: it_.reader, url: it_.origin, credentials: new RemoteCredentials() },
          });
    const first = await fixture.commit(it_.origin, [{ path: 'a', content: '1' }]);
    await remote.head();
    const second = await fixture.commit(it_.origin, [{ path: 'a', content: '2' }]);
    await remote.head();
    expect(told).toEqual([]);
    await fixture.git(it_.origin, 'update-ref', 'refs/heads/main', first);
    await remote.head();
    while (told.length === 0) await delay(10);
    await remote.head();
    await fixture.commit(it_.origin, [{ path: 'a', content: '3' }]);
    await remote.head();
    expect(told).toEqual([`${second} ${first}`]);
  });

  it.each([
    ['with room', false, 'full'],
    ['without permission or read-only', true, 'read_only'],
  ] as const)('looks itself at a folder (%s) that git could not write to', async (_, isGone, kind) => {
    if (isGone) await rm(fixture.path('origin.git', 'objects'), { recursive: true });
    const error = new GitError({ command: 'push', kind: 'unwritable' });
    const credentials = new RemoteCredentials();
    for (const url of [it_.origin, `file://${it_.origin}`]) {
      expect(await lookCloser(error, parseRemoteUrl(url), credentials)).toMatchObject({ kind });
    }
    expect(await lookCloser(error, parseRemoteUrl('ssh://git@host/r.git'), credentials)).toBe(error);
  });

  it('names a repository that is not there', async () => {
    const options = {
      gitDir: it_.gitDir,
      reader: it_.reader,
      branch: 'main',
      credentials: new RemoteCredentials(),
      askAgainMs: [0],
    };
    const lost = new UrlRemote({ ...options, url: fixture.path('nowhere.git') });
    await expect(lost.head()).rejects.toMatchObject({ kind: 'not_found' });
    const [sha = ''] = await writeCommits(it_.gitDir, undefined, [draft([])]);
    await expect(lost.publish(undefined, sha)).rejects.toMatchObject({ kind: 'not_found' });
  });
});
