import { RemoteCredentials } from './credentials';
import { writeCommits } from './commit-writer';
import { runGit } from './git-process';
import { RemoteProbe } from './remote-probe';
import { openBareRepository } from './repository';
import { draft, GitFixture } from './testing/git-fixture';
import { UrlRemote } from './url-remote';

let fixture: GitFixture;

beforeEach(async () => {
  fixture = await GitFixture.create();
});
afterEach(() => fixture.remove());

const credentials = new RemoteCredentials();

/** A mirror of its own of the repository at this path or URL. */
async function connect(url: string) {
  const { gitDir, reader } = await fixture.repository('mirror.git');
  const remote = new UrlRemote({ gitDir, reader, url, branch: 'main', credentials, askAgainMs: [0] });
  return { gitDir, reader, remote };
}

/** A commit on the branch that no git command of today would write. @param date as the header has it, with its space. */
async function commitOf(gitDir: string, date: string): Promise<string> {
  const tree = await fixture.git(gitDir, 'mktree');
  const text = `tree ${tree}\nauthor a <a@a>${date}\ncommitter a <a@a>${date}\n\nold: imported\n`;
  const args = ['hash-object', '-t', 'commit', '-w', '--stdin', '--literally'];
  const { stdout } = await runGit(args, { gitDir, input: Buffer.from(text), timeoutMs: 20_000 });
  const sha = stdout.toString('latin1').trim();
  await fixture.git(gitDir, 'update-ref', 'refs/heads/main', sha);
  return sha;
}

describe('commits that fsck dislikes', () => {
  const LATEST = '+275760-09-13T00:00:00.000Z';
  const DATES = [
    ['a zone that is none', ' 1100000000 +051800', '2004-11-09T11:33:20.000Z'],
    ['no space before it', '1100000000 +0000', '2004-11-09T11:33:20.000Z'],
    ['more seconds than 64 bits hold', ' 99999999999999999999999 +0000', LATEST],
    ['later than any Date', ' 99999999999999 +0000', LATEST],
    ['no number', ' yesterday +0000', '1970-01-01T00:00:00.000Z'],
  ] as const;

  it.each(DATES)('are mirrored, read and built on: a date with %s', async (_, date, at) => {
    const { gitDir: origin } = await fixture.repository('origin.git');
    const old = await commitOf(origin, date);
    const { gitDir, reader, remote } = await connect(origin);
    expect(await remote.head()).toBe(old);
    const [next = ''] = await writeCommits(gitDir, old, [draft([])]);
    await remote.publish(old, next);
    expect(await remote.head()).toBe(next);
    const [, entry] = await reader.log({ to: next, limit: 5 });
    expect(entry).toMatchObject({ sha: old, author: { at }, committer: { at } });
    const probe = new RemoteProbe({ url: origin, branch: 'main', credentials, timeoutMs: 20_000 });
    expect(await probe.committedAt(origin, old)).toEqual(new Date(at));
  });

  it('are mirrored by a mirror that an earlier version made', async () => {
    const { gitDir: origin } = await fixture.repository('origin.git');
    const old = await commitOf(origin, ' 1100000000 +051800');
    const { gitDir } = await openBareRepository(fixture.path('mirror.git'), 'main');
    await fixture.git(gitDir, 'config', '--unset', 'fetch.fsckObjects');
    await fixture.git(gitDir, 'config', 'transfer.fsckObjects', 'true');
    expect(await (await connect(origin)).remote.head()).toBe(old);
  });

  it('are still refused where somebody pushes them to the embedded repository', async () => {
    const { gitDir: theirs } = await fixture.repository('theirs.git');
    const { gitDir: embedded } = await fixture.repository('gitops.git');
    await commitOf(theirs, ' 1100000000 +051800');
    await expect(fixture.git(theirs, 'push', embedded, 'refs/heads/main')).rejects.toThrow();
    await fixture.commit(theirs, [{ path: 'a', content: '1' }], 'sound');
    await fixture.git(theirs, 'push', embedded, 'refs/heads/sound:refs/heads/main');
  });
});

describe('a fetch that says it went well and brought nothing', () => {
  it('is not taken for an empty repository', async () => {
    const { gitDir: origin } = await fixture.repository('origin.git');
    await fixture.commit(origin, [{ path: 'a', content: '1' }]);
    const { gitDir } = await fixture.repository('mirror.git');
    const { reader } = await fixture.repository('where-nothing-arrives.git');
    const remote = new UrlRemote({ gitDir, reader, url: origin, branch: 'main', credentials });
    await expect(remote.head()).rejects.toMatchObject({ kind: 'unknown' });
  });
});

describe('a shallow clone as the remote', () => {
  it('is named, is no empty repository, and is followed once it has its history', async () => {
    const { gitDir: whole } = await fixture.repository('whole.git');
    for (const content of ['1', '2', '3']) await fixture.commit(whole, [{ path: 'a', content }]);
    const shallow = fixture.path('shallow.git');
    await runGit(['clone', '--quiet', '--bare', '--depth=1', `file://${whole}`, shallow], { timeoutMs: 20_000 });
    const { reader, remote } = await connect(shallow);
    await expect(remote.head()).rejects.toMatchObject({ kind: 'shallow' });
    await fixture.git(shallow, 'fetch', '--quiet', '--unshallow', 'origin');
    const head = await fixture.git(whole, 'rev-parse', 'main');
    expect(await remote.head()).toBe(head);
    expect(await reader.log({ to: head, limit: 5 })).toHaveLength(3);
  });

  it('is named where it became one later, instead of answering what was known before', async () => {
    const { gitDir: origin } = await fixture.repository('origin.git');
    const first = await fixture.commit(origin, [{ path: 'a', content: '1' }]);
    const { remote } = await connect(origin);
    expect(await remote.head()).toBe(first);
    const { gitDir: other } = await fixture.repository('other.git');
    for (const content of ['2', '3']) await fixture.commit(other, [{ path: 'a', content }]);
    await fixture.git(origin, 'fetch', '--quiet', '--depth=1', `file://${other}`, '+refs/heads/main:refs/heads/main');
    await expect(remote.head()).rejects.toMatchObject({ kind: 'shallow' });
  });
});

describe('a remote with SHA-256 object ids', () => {
  const create = async () => {
    const origin = fixture.path('origin.git');
    const args = ['init', '--quiet', '--bare', '--object-format=sha256', '--initial-branch=main', origin];
    await runGit(args, { timeoutMs: 20_000 });
    return origin;
  };

  it('is named at the first look', async () => {
    const origin = await create();
    const tree = await fixture.git(origin, 'mktree');
    const identity = ['-c', 'user.name=a', '-c', 'user.email=a@a'];
    const commit = await fixture.git(origin, ...identity, 'commit-tree', tree, '-m', 'x');
    await fixture.git(origin, 'update-ref', 'refs/heads/main', commit);
    const { remote } = await connect(origin);
    await expect(remote.head()).rejects.toMatchObject({ kind: 'object_format' });
  });

  it('is named at the first push where it is empty', async () => {
    const { gitDir, remote } = await connect(await create());
    expect(await remote.head()).toBeUndefined();
    const [first = ''] = await writeCommits(gitDir, undefined, [draft([])]);
    await expect(remote.publish(undefined, first)).rejects.toMatchObject({
      kind: 'object_format',
      outcomeUnknown: false,
    });
  });
});

describe('a work tree as the remote', () => {
  it.each(['refuse', 'updateInstead'])('is named where it has the branch checked out (%s)', async (rule) => {
    const { gitDir: bare } = await fixture.repository('bare.git');
    await fixture.commit(bare, [{ path: 'a', content: '1' }]);
    const tree = fixture.path('tree');
    await runGit(['clone', '--quiet', bare, tree], { timeoutMs: 20_000 });
    const inside = `${tree}/.git`;
    await fixture.git(inside, 'config', 'receive.denyCurrentBranch', rule);
    // Somebody is at work there: the index has a file that the branch has not.
    await fixture.git(inside, `--work-tree=${tree}`, 'update-index', '--force-remove', 'a');
    const { gitDir, remote } = await connect(tree);
    const base = await remote.head();
    const [next = ''] = await writeCommits(gitDir, base, [draft([])]);
    const publish = remote.publish(base, next);
    await expect(publish).rejects.toMatchObject({ kind: 'checked_out', outcomeUnknown: false });
    await fixture.git(inside, 'symbolic-ref', 'HEAD', 'refs/heads/elsewhere');
    await remote.publish(base, next);
    expect(await remote.head()).toBe(next);
  });
});
