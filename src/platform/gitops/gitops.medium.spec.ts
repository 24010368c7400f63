import { renameSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { log } from '../logging';
import { UrlRemote, RemoteCredentials, type ObjectReader } from './git';
import { draft, GitFixture } from './git/testing/git-fixture';
import { Gitops } from './gitops';
import { Layout } from './layout';

const platform = { repoUrl: '', domain: 'd', clusterIssuer: 'c', imageRegistries: [], builder: 'none' as const };
const tenant = (name: string, text = `tenant:\n  name: ${name}\n`) => ({
  path: `tenants/${name}/values.yaml`,
  content: text,
});

let fixture: GitFixture;
let origin: string;
let reader: ObjectReader;
let gitops: Gitops;

async function open(name: string, isLocal = false): Promise<{ gitops: Gitops; reader: ObjectReader }> {
  const mirror = await fixture.repository(name);
  const remote = new UrlRemote({
    gitDir: mirror.gitDir,
    url: `file://${origin}`,
    branch: 'main',
    reader: mirror.reader,
    credentials: new RemoteCredentials(),
  });
  const options = { gitDir: mirror.gitDir, layout: new Layout(''), platform, maxStalenessMs: 60_000, isLocal };
  return { gitops: new Gitops(mirror.reader, remote, options), reader: mirror.reader };
}

/** Holds every blob back until it is told to go on. */
function hold(): () => void {
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const read = reader.read.bind(reader);
  jest.spyOn(reader, 'read').mockImplementation(async (sha) => {
    await gate;
    return read(sha);
  });
  return release;
}

async function reading(): Promise<void> {
  while (jest.mocked(reader.read).mock.calls.length === 0) await turn();
}

beforeEach(async () => {
  fixture = await GitFixture.create();
  origin = (await fixture.repository('origin.git')).gitDir;
  await fixture.commit(origin, [tenant('billing'), tenant('search'), { path: 'README.md', content: 'x' }]);
  ({ gitops, reader } = await open('mirror.git'));
});

afterEach(async () => {
  await gitops.close();
  await fixture.remove();
});

describe('whoever asks while the repository is being read', () => {
  it('waits for the first state instead of seeing an empty one', async () => {
    const release = hold();
    const first = gitops.world();
    await reading();
    let seen: readonly string[] | undefined;
    const second = gitops.world().then((world) => (seen = world.teams()));
    for (let i = 0; i < 10; i++) await turn();
    expect(seen).toBeUndefined();
    release();
    expect((await first).teams()).toEqual(['billing', 'search']);
    expect(await second).toEqual(['billing', 'search']);
  });

  it('sees the old state or the new one, nothing in between', async () => {
    await gitops.world();
    await fixture.commit(origin, [
      tenant('billing', 'tenant:\n  displayName: New\n'),
      { path: 'tenants/search/values.yaml', delete: true },
    ]);
    const release = hold();
    const refreshing = gitops.refresh();
    await reading();
    const meanwhile = await gitops.world();
    expect(meanwhile.teams()).toEqual(['billing', 'search']);
    expect(meanwhile.tenant('billing')?.displayName).toBe('');
    release();
    const after = await refreshing;
    expect(after.teams()).toEqual(['billing']);
    expect(after.tenant('billing')?.displayName).toBe('New');
  });

  it('keeps the state it has where reading the next one fails', async () => {
    await gitops.world();
    await fixture.commit(origin, [tenant('third')]);
    jest.spyOn(reader, 'read').mockRejectedValueOnce(new Error('interrupted'));
    await expect(gitops.refresh()).rejects.toThrow('interrupted');
    expect((await gitops.world()).teams()).toEqual(['billing', 'search']);
    expect((await gitops.refresh()).teams()).toEqual(['billing', 'search', 'third']);
  });
});

describe('a remote that is gone while the program runs', () => {
  const away = () => `${origin}.away`;
  let lines: string[];

  beforeEach(() => {
    lines = [];
    for (const level of ['info', 'warn'] as const) {
      jest.spyOn(log, level).mockImplementation((_: unknown, text?: string) => void lines.push(`${level} ${text}`));
    }
  });
  afterEach(() => jest.restoreAllMocks());

  it('is told with our words and since when, until it answers again; what is known is still answered', async () => {
    await gitops.world();
    expect(gitops.failing).toBeUndefined();
    renameSync(origin, away());
    await expect(gitops.refresh()).rejects.toMatchObject({ code: 'gitops_not_found' });
    const first = gitops.failing;
    expect(first).toMatchObject({ kind: 'not_found', reason: 'The GitOps repository is not there.' });
    expect(JSON.stringify(first)).not.toContain(origin);
    const commit = gitops.commit(
      () => Promise.resolve([draft([tenant('third')])]),
      () => Promise.resolve(),
    );
    await expect(commit).rejects.toMatchObject({ kind: 'not_found' });
    expect(gitops.failing?.since).toEqual(first?.since);
    expect((await gitops.world()).teams()).toEqual(['billing', 'search']);
    renameSync(away(), origin);
    await gitops.refresh();
    expect(gitops.failing).toBeUndefined();
  });

  it('is over as well where a read asks, and finds nothing new', async () => {
    const local = (await open('local.git', true)).gitops;
    await local.world();
    renameSync(origin, away());
    await expect(local.world()).rejects.toMatchObject({ code: 'gitops_not_found' });
    expect(local.failing).toMatchObject({ kind: 'not_found' });
    renameSync(away(), origin);
    await local.world();
    expect(local.failing).toBeUndefined();
    await local.close();
  });

  it('is logged once when it goes and once when it is back', async () => {
    await gitops.world();
    renameSync(origin, away());
    for (let ask = 0; ask < 3; ask++) await gitops.refresh().catch(() => undefined);
    expect(lines).toEqual(['warn asking the GitOps remote fails']);
    renameSync(away(), origin);
    await gitops.refresh();
    await gitops.refresh();
    expect(lines).toEqual(['warn asking the GitOps remote fails', 'info the GitOps remote is back']);
  });
});

describe('files that are no manifests', () => {
  it('are named, never dropped, and count as there', async () => {
    await fixture.commit(origin, [
      { path: 'services/billing/latin/values.yaml', content: Buffer.from([0x61, 0x3a, 0x20, 0xe9]) },
      { path: 'services/billing/large/values.yaml', content: `a: ${'x'.repeat(1024 * 1024)}\n` },
    ]);
    const world = await gitops.world();
    expect(world.serviceNames('billing')).toEqual(['large', 'latin']);
    expect(world.services('billing').problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/large.*larger than 1024 KiB/),
      expect.stringMatching(/latin.*not UTF-8/),
    ]);
  });
});

describe('after our own commits', () => {
  it('knows the same as whoever reads the branch anew', async () => {
    await gitops.world();
    const batches = [
      [tenant('billing', 'tenant: {}\n'), { path: 'charts/x/Chart.yaml', content: 'not ours to read\n' }],
      [{ path: 'tenants/search/values.yaml', delete: true as const }, tenant('half', 'tenant:\n  name: "\ud800"\n')],
      [tenant('search'), { path: 'domains/a.example.org.yaml', content: 'x'.repeat(1024 * 1024 + 1) }],
    ];
    for (const changes of batches) {
      await gitops.commit(
        () => Promise.resolve([draft(changes)]),
        () => Promise.resolve(),
      );
    }
    const fresh = (await open('fresh.git')).gitops;
    const [mine, theirs] = [await gitops.world(), await fresh.world()];
    expect(mine.head).toBe(theirs.head);
    expect(mine.filesUnder('')).toEqual(theirs.filesUnder(''));
    expect(gitops.fileCount).toBe(fresh.fileCount);
    for (const path of theirs.filesUnder('')) {
      expect([path, mine.text(path), mine.file(path)?.problem]).toEqual([
        path,
        theirs.text(path),
        theirs.file(path)?.problem,
      ]);
    }
    await fresh.close();
  });
});
