import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { writeCommits } from './commit-writer';
import type { ObjectReader } from './object-reader';
import { draft, GitFixture } from './testing/git-fixture';

describe('writeCommits', () => {
  let fixture: GitFixture;
  let gitDir: string;
  let reader: ObjectReader;

  beforeEach(async () => {
    fixture = await GitFixture.create();
    ({ gitDir, reader } = await fixture.repository('r.git'));
  });
  afterEach(() => fixture.remove());

  it.each([50, 150])('chains a batch of %i onto the base and leaves no ref', async (count) => {
    const base = await fixture.commit(gitDir, [{ path: 'services/a/values.yaml', content: 'v: 0\n' }]);
    const batch = Array.from({ length: count }, (_, index) =>
      draft(
        [{ path: `services/s${index}/values.yaml`, content: `v: ${index}\n` }],
        `deploy: ${index}\n\nOperation-Id: op-${index}`,
      ),
    );
    const ids = await writeCommits(gitDir, base, batch);
    const log = (await reader.log({ from: base, to: ids.at(-1) ?? '', limit: 1000 })).reverse();
    expect(log.map(({ sha }) => sha)).toEqual(ids);
    expect(log.map(({ parents }) => parents)).toEqual([base, ...ids.slice(0, -1)].map((sha) => [sha]));
    expect(log.map(({ trailers }) => trailers[0]?.[1])).toEqual(batch.map((_, index) => `op-${index}`));
    expect(log[0]).toMatchObject({
      author: { name: 'Ada Lovelace' },
      committer: { name: 'mctl', email: 'mctl@example.com' },
    });
    expect(await reader.listTree(ids.at(-1) ?? '')).toHaveLength(count + 1);
    expect(await fixture.git(gitDir, 'for-each-ref', '--format=%(refname)')).toBe('refs/heads/main');
    await fixture.git(gitDir, 'gc', '--quiet');
    expect(await reader.isAncestor(base, ids.at(-1) ?? '')).toBe(true);
    expect(await fixture.git(gitDir, 'fsck', '--strict', '--no-dangling')).toBe('');
  });

  it('writes an empty commit, also as the very first', async () => {
    const [first = '', second = ''] = await writeCommits(gitDir, undefined, [draft([], 'record'), draft([], 'record')]);
    expect(await reader.listTree(second)).toEqual([]);
    expect(await reader.resolve(`${first}^{tree}`)).toBe(await reader.resolve(`${second}^{tree}`));
    const base = await fixture.commit(gitDir, [{ path: 'a', content: 'x' }]);
    const [third = ''] = await writeCommits(gitDir, base, [draft([])]);
    expect(await reader.diffTrees(base, third)).toEqual([]);
    expect(await writeCommits(gitDir, base, [])).toEqual([]);
  });

  it('keeps content byte for byte and applies changes in order', async () => {
    const bytes = Buffer.from([0, 255, 10, 13, 0]);
    const tricky = 'data 5\nM 100644 inline x\n\ndone\n';
    const [sha = ''] = await writeCommits(gitDir, undefined, [
      draft(
        [
          { path: 'bin', content: bytes },
          { path: 'text', content: tricky },
          { path: 'gone', content: '1' },
          { path: 'gone', delete: true },
          { path: 'none', content: '' },
        ],
        tricky,
      ),
    ]);
    const tree = await reader.listTree(sha);
    const contents = await reader.readMany(tree.map((entry) => entry.sha));
    expect(tree.map(({ path }) => path)).toEqual(['bin', 'none', 'text']);
    expect(tree.map((entry) => contents.get(entry.sha)?.content)).toEqual([
      bytes,
      Buffer.alloc(0),
      Buffer.from(tricky),
    ]);
  });

  it('writes a file as executable where the change says so', async () => {
    const script = { path: 'run', content: '1', isExecutable: true };
    const ids = await writeCommits(gitDir, undefined, [draft([script, { path: 'text', content: '1' }])]);
    const tree = await reader.listTree(ids[0] ?? '');
    expect(tree.map(({ path, mode }) => [path, mode])).toEqual([
      ['run', '100755'],
      ['text', '100644'],
    ]);
  });

  it.each([
    '',
    '/a',
    'a//b',
    'a/',
    '.',
    '../a',
    'a/../b',
    '.git/config',
    'a/.GIT',
    'a/.git.',
    '.g\u200cit/x',
    'git~1/x',
    'a\\b',
    'a\nb',
    'a\0b',
    `x${'y'.repeat(1024)}`,
    '\ud800',
  ])('refuses the path %j', async (path) => {
    await expect(writeCommits(gitDir, undefined, [draft([{ path, content: 'x' }])])).rejects.toThrow(TypeError);
  });

  it('S33 refuses what cannot be a commit', async () => {
    await expect(writeCommits(gitDir, undefined, [{ ...draft([]), at: new Date(Number.NaN) }])).rejects.toThrow(
      TypeError,
    );
    await expect(writeCommits(gitDir, undefined, [draft([], 'a\0b')])).rejects.toThrow(TypeError);
    await expect(writeCommits(gitDir, 'main', [draft([])])).rejects.toThrow(TypeError);
    await expect(writeCommits(gitDir, '5'.repeat(40), [draft([])])).rejects.toMatchObject({ kind: 'not_found' });
    await expect(writeCommits(fixture.path('no'), undefined, [draft([])])).rejects.toMatchObject({ kind: 'not_found' });
  });

  it('signs with ssh and changes nothing else', async () => {
    const key = fixture.path('key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'mctl', '-f', key]);
    const batch = [
      draft([{ path: 'a', content: '1' }], 'one'),
      draft([{ path: 'b', content: '2' }], 'two\n\nOperation-Id: x'),
    ];
    const plain = await writeCommits(gitDir, undefined, batch);
    const signed = await writeCommits(gitDir, undefined, batch, { format: 'ssh', key });
    const [before, after] = await Promise.all([plain, signed].map((ids) => reader.log({ to: ids[1] ?? '', limit: 5 })));
    expect(after?.map(({ author, committer, body, subject }) => ({ author, committer, body, subject }))).toEqual(
      before?.map(({ author, committer, body, subject }) => ({ author, committer, body, subject })),
    );
    expect(after?.map(({ sha }) => sha)).toEqual([...signed].reverse());
    expect(await reader.resolve(`${signed[1]}^{tree}`)).toBe(await reader.resolve(`${plain[1]}^{tree}`));
    const publicKey = (await readFile(`${key}.pub`, 'utf8')).split(' ').slice(0, 2).join(' ');
    await writeFile(fixture.path('allowed'), `mctl@example.com ${publicKey}\n`);
    for (const sha of signed) {
      await fixture.git(gitDir, '-c', `gpg.ssh.allowedSignersFile=${fixture.path('allowed')}`, 'verify-commit', sha);
    }
  });
});
