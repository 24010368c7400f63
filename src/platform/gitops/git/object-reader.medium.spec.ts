import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { writeCommits } from './commit-writer';
import { ObjectReader } from './object-reader';
import { draft, GitFixture } from './testing/git-fixture';

describe('ObjectReader', () => {
  let fixture: GitFixture;
  let gitDir: string;
  let reader: ObjectReader;

  beforeEach(async () => {
    fixture = await GitFixture.create();
    ({ gitDir, reader } = await fixture.repository('r.git'));
  });
  afterEach(() => fixture.remove());

  const files = (count: number): { path: string; content: string }[] =>
    Array.from({ length: count }, (_, index) => ({
      path: `services/t${index % 7}/s${index}/values.yaml`,
      content: `n: ${index}\n`,
    }));

  it('answers many reads under way at once, each its own object, from one process', async () => {
    const head = await fixture.commit(gitDir, files(500));
    const tree = await reader.listTree(head, 'services');
    const pid = reader.pid;
    const contents = await reader.readMany(tree.map(({ sha }) => sha));
    expect(tree).toHaveLength(500);
    for (const { path, sha } of tree) {
      expect(contents.get(sha)?.content.toString()).toBe(`n: ${/s(\d+)/.exec(path.split('/')[2] ?? '')?.[1]}\n`);
    }
    expect(reader.pid).toBeDefined();
    expect(pid === undefined || pid === reader.pid).toBe(true);
  });

  it('carries on after its process was killed in the middle', async () => {
    const head = await fixture.commit(gitDir, [{ path: 'big', content: Buffer.alloc(4_000_000, 'x') }, ...files(200)]);
    const shas = (await reader.listTree(head)).map(({ sha }) => sha);
    await reader.resolve('refs/heads/main');
    const before = reader.pid ?? 0;
    const reading = Promise.all(shas.map((sha) => reader.read(sha)));
    process.kill(before, 'SIGKILL');
    const objects = await reading;
    expect(objects.map((object) => object?.sha)).toEqual(shas);
    expect(reader.pid).not.toBe(before);
  });

  it('sees new objects and a moved branch at once', async () => {
    expect(await reader.resolve('refs/heads/main')).toBeUndefined();
    for (let round = 0; round < 3; round++) {
      const head = await fixture.commit(gitDir, [{ path: 'a', content: String(round) }]);
      expect(await reader.resolve('refs/heads/main')).toBe(head);
      expect((await reader.read((await reader.resolve(`${head}:a`)) ?? ''))?.content.toString()).toBe(String(round));
    }
  });

  it('answers undefined for what is missing, odd or too large, and goes on', async () => {
    const small = new ObjectReader(gitDir, { maxObjectBytes: 1000 });
    const head = await fixture.commit(gitDir, [
      { path: 'big', content: 'x'.repeat(200_000) },
      { path: 'ok', content: 'y' },
    ]);
    const [big, ok] = (await small.listTree(head)).map(({ sha }) => sha);
    const answers = await Promise.all([small.read(big ?? ''), small.read('1'.repeat(40)), small.read(ok ?? '')]);
    expect(answers.map((answer) => answer?.content.toString())).toEqual([undefined, undefined, 'y']);
    for (const name of ['', '-h', 'a\nb', 'a\0b', 'refs/heads/none', 'no such thing', 'deadbeef blob 3']) {
      expect(await small.resolve(name)).toBeUndefined();
    }
    await small.close();
  });

  it('fails reads after close, and reads of a repository that is not there', async () => {
    await reader.close();
    await expect(reader.read('1'.repeat(40))).rejects.toMatchObject({ kind: 'aborted' });
    const nowhere = fixture.reader(fixture.path('nowhere'));
    const reads = await Promise.allSettled([nowhere.read('1'.repeat(40)), nowhere.read('2'.repeat(40))]);
    expect(reads.map((read) => read.status === 'rejected' && read.reason.kind)).toEqual(['not_found', 'not_found']);
  });

  it('fails only the request that git cannot answer', async () => {
    const head = await fixture.commit(gitDir, [
      { path: 'a', content: 'one' },
      { path: 'b', content: 'two' },
    ]);
    const [a = '', b = ''] = (await reader.listTree(head)).map(({ sha }) => sha);
    const path = fixture.path('r.git', 'objects', a.slice(0, 2), a.slice(2));
    await fixture.git(gitDir, 'cat-file', '-t', a);
    await chmod(path, 0o644);
    await writeFile(path, 'garbage that is not zlib');
    const [first, second] = await Promise.allSettled([reader.read(a), reader.read(b)]);
    expect(second).toMatchObject({ status: 'fulfilled', value: { sha: b } });
    expect(first?.status === 'fulfilled' ? first.value : undefined).toBeUndefined();
  });

  it('keeps odd names exactly and tells links from files', async () => {
    const odd = [
      'a "quoted" name',
      'emoji-😀/ünïcode',
      "it's; $(rm) `x`",
      '*glob?',
      ':(top)magic',
      'tab-free -dash',
      '-x',
    ];
    const head = await fixture.commit(
      gitDir,
      odd.map((path) => ({ path, content: path })),
    );
    const listed = await reader.listTree(head);
    expect(listed.map(({ path }) => path).sort()).toEqual([...odd].sort());
    expect((await reader.listTree(head, '*glob?')).map(({ path }) => path)).toEqual(['*glob?']);
    expect((await reader.listTree(head, '-x')).map(({ path }) => path)).toEqual(['-x']);
    expect(await reader.listTree(head, 'nowhere')).toEqual([]);
    const work = fixture.path('work');
    await mkdir(work);
    await fixture.git(gitDir, '--work-tree', work, 'read-tree', head);
    await symlink('/etc/passwd', fixture.path('work', 'link'));
    await fixture.git(gitDir, '-c', 'core.bare=false', `--work-tree=${work}`, 'add', fixture.path('work', 'link'));
    const tree = await fixture.git(gitDir, 'write-tree');
    expect((await reader.listTree(tree)).find(({ path }) => path === 'link')).toMatchObject({
      mode: '120000',
      type: 'blob',
    });
    expect(await reader.diffTrees(head, tree)).toMatchObject([{ path: 'link', status: 'A', mode: '120000' }]);
  });

  it('lists what changed between two commits', async () => {
    const first = await fixture.commit(gitDir, [
      { path: 'p/a', content: '1' },
      { path: 'p/b', content: '1' },
      { path: 'q', content: '1' },
    ]);
    const second = await fixture.commit(gitDir, [
      { path: 'p/a', content: '2' },
      { path: 'p/b', delete: true },
      { path: 'p/c', content: '1' },
      { path: 'q', content: '3' },
    ]);
    const changes = await reader.diffTrees(first, second, 'p/');
    expect(changes.map(({ path, status }) => [path, status])).toEqual([
      ['p/a', 'M'],
      ['p/b', 'D'],
      ['p/c', 'A'],
    ]);
    expect(changes[1]).toMatchObject({ mode: '100644', newSha: '0'.repeat(40) });
    expect((await reader.diffTrees(undefined, first)).map(({ status }) => status)).toEqual(['A', 'A', 'A']);
    await expect(reader.diffTrees('3'.repeat(40), second)).rejects.toMatchObject({ kind: 'not_found' });
    await expect(reader.diffTrees('HEAD', second)).rejects.toThrow(TypeError);
    await expect(reader.listTree(second, '../x')).rejects.toThrow(TypeError);
  });

  it('reads history with its trailers, whatever a message says', async () => {
    const hostile =
      'feat: x\n\nBody: not a trailer\n\x1e\x1fcommit deadbeef\n\nOperation-Id: op-1\nReason: folded\n over lines\nOperation-Id: op-2';
    const ids = await writeCommits(gitDir, undefined, [
      { ...draft([{ path: 'a', content: '1' }], hostile), author: { name: 'Zoë "Z" \n<x>', email: 'z@x>y' } },
      draft([], 'empty one'),
      draft([{ path: 'b', content: '1' }], 'third\n\nOperation-Id: op-3\noperation-id: op-4\nEmpty:'),
    ]);
    const [first = '', second = '', third = ''] = ids;
    const log = await reader.log({ to: third, limit: 10 });
    expect(log.map(({ sha }) => sha)).toEqual([third, second, first]);
    expect(log[2]).toMatchObject({
      parents: [],
      subject: 'feat: x',
      author: { name: 'Zoë "Z" x', email: 'z@xy', at: '2026-03-01T12:00:00.000Z' },
    });
    expect(log[2]?.trailers).toEqual([
      ['Operation-Id', 'op-1'],
      ['Reason', 'folded over lines'],
      ['Operation-Id', 'op-2'],
    ]);
    expect(log[1]).toMatchObject({ parents: [first], subject: 'empty one', body: '', trailers: [] });
    expect(log[0]?.trailers).toEqual([
      ['Operation-Id', 'op-3'],
      ['operation-id', 'op-4'],
      ['Empty', ''],
    ]);
    expect((await reader.log({ to: third, from: first, limit: 10 })).map(({ sha }) => sha)).toEqual([third, second]);
    expect((await reader.log({ to: third, path: 'a', limit: 10 })).map(({ sha }) => sha)).toEqual([first]);
    expect((await reader.log({ to: third, limit: 1, skip: 1 })).map(({ sha }) => sha)).toEqual([second]);
    expect(await reader.findCommitsByTrailer('Operation-Id', undefined, third)).toEqual(
      new Map([
        ['op-3', [third]],
        ['op-1', [first]],
        ['op-2', [first]],
      ]),
    );
    expect(await reader.findCommitsByTrailer('Operation-Id', first, third)).toEqual(new Map([['op-3', [third]]]));
    expect(await reader.findCommitsByTrailer('Operation-Id', third, third)).toEqual(new Map());
    expect(await reader.isAncestor(first, third)).toBe(true);
    expect(await reader.isAncestor(third, first)).toBe(false);
    expect(await reader.isAncestor('4'.repeat(40), third)).toBe(false);
  });
});
