import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { writeCommits } from './commit-writer';
import { openBareRepository } from './repository';
import { draft, GitFixture } from './testing/git-fixture';

describe('openBareRepository', () => {
  let fixture: GitFixture;

  beforeEach(async () => {
    fixture = await GitFixture.create();
  });
  afterEach(() => fixture.remove());

  it('creates a repository once and finds it again', async () => {
    const dir = fixture.path('data', 'gitops.git');
    await openBareRepository(dir, 'live');
    await fixture.commit(dir, [{ path: 'a', content: '1' }], 'live');
    const again = await openBareRepository(dir, 'live');
    expect(await fixture.git(again.gitDir, 'symbolic-ref', 'HEAD')).toBe('refs/heads/live');
    expect(await fixture.git(dir, 'rev-list', '--count', 'refs/heads/live')).toBe('1');
    expect(await fixture.git(dir, 'config', 'receive.denyNonFastForwards')).toBe('true');
    expect(await readdir(fixture.path('data'))).toEqual(['gitops.git']);
  });

  it('survives a crash in the middle of the creation', async () => {
    await mkdir(fixture.path('.r.git.new-abc', 'objects'), { recursive: true });
    await mkdir(fixture.path('r.git'));
    await openBareRepository(fixture.path('r.git'), 'main');
    expect(await readdir(fixture.folder)).toEqual(['r.git']);
  });

  it('S33 refuses a folder that holds something else, and an impossible branch', async () => {
    await mkdir(fixture.path('docs'));
    await writeFile(fixture.path('docs', 'file'), 'x');
    await expect(openBareRepository(fixture.path('docs'), 'main')).rejects.toMatchObject({ kind: 'corrupt' });
    expect(await readdir(fixture.path('docs'))).toEqual(['file']);
    for (const branch of ['', '-x', 'a..b', 'a b', 'a.lock', '/a', 'a/', '@{u}', 'a/.b', 'x:y']) {
      await expect(openBareRepository(fixture.path('r.git'), branch)).rejects.toThrow(TypeError);
    }
  });

  it('clears locks of a killed process', async () => {
    const { gitDir } = await openBareRepository(fixture.path('r.git'), 'main');
    for (const name of ['config.lock', 'packed-refs.lock', 'refs/heads/main.lock']) {
      await writeFile(`${gitDir}/${name}`, '');
      const old = new Date(Date.now() - 60_000);
      await utimes(`${gitDir}/${name}`, old, old);
    }
    await openBareRepository(gitDir, 'main');
    await fixture.commit(gitDir, [{ path: 'a', content: '1' }]);
  });

  it('asks for maintenance when packs or loose objects have gathered', async () => {
    const { gitDir, maintain, needsMaintenance } = await openBareRepository(fixture.path('r.git'), 'main');
    expect(await needsMaintenance()).toBe(false);
    const many = Array.from({ length: 19 }, (_, batch) =>
      Array.from({ length: 9 }, (_u, n) => ({ path: `b${batch}/f${n}`, content: `${batch}-${n}` })),
    );
    for (const changes of many) await fixture.commit(gitDir, changes);
    await maintain();
    await maintain();
    expect(await fixture.git(gitDir, 'count-objects', '-v')).toMatch(/^count: 0$[^]*^packs: [12]$/m);
    await mkdir(`${gitDir}/objects/17`, { recursive: true });
    for (let n = 0; n < 30; n++) await writeFile(`${gitDir}/objects/17/${n}`, '');
    expect(await needsMaintenance()).toBe(true);
  });

  it('maintains beside a reader and a writer without losing anything', async () => {
    const { gitDir, maintain } = await openBareRepository(fixture.path('r.git'), 'main');
    const reader = fixture.reader(gitDir);
    const unpublished = await writeCommits(gitDir, undefined, [draft([{ path: 'later', content: 'not on a branch' }])]);
    const heads: string[] = [];
    for (let round = 0; round < 4; round++) {
      const work = Array.from({ length: 10 }, async (_, index) => {
        if (index === 0) {
          heads.push(
            await fixture.commit(
              gitDir,
              Array.from({ length: 90 }, (_u, n) => ({ path: `f${n}`, content: `${round}-${n}` })),
            ),
          );
        } else if (heads[0] !== undefined) expect(await reader.resolve(`${heads[0]}:f1`)).toBeDefined();
      });
      await Promise.all([maintain(), ...work]);
      await maintain();
      for (const [at, head] of heads.entries()) {
        const sha = await reader.resolve(`${head}:f7`);
        expect((await reader.read(sha ?? ''))?.content.toString()).toBe(`${at}-7`);
      }
    }
    expect(await reader.read(unpublished[0] ?? '')).toBeDefined();
    expect(await reader.log({ to: heads.at(-1) ?? '', path: 'f3', limit: 10 })).toHaveLength(4);
  });
});
