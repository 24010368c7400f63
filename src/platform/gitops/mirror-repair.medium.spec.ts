import { chmod, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { log } from '../logging';
import { GitError, type ObjectReader, openBareRepository, RemoteCredentials, UrlRemote } from './git';
import { draft, GitFixture } from './git/testing/git-fixture';
import { Gitops } from './gitops';
import { Layout } from './layout';
import { MirrorRepair, openMirror } from './mirror-repair';

const platform = { repoUrl: '', domain: 'd', clusterIssuer: 'c', imageRegistries: [], builder: 'none' as const };
const tenant = (name: string) => ({ path: `tenants/${name}/values.yaml`, content: `tenant:\n  name: ${name}\n` });

let fixture: GitFixture;
let origin: string;
let mirror: string;
let gitops: Gitops;
let reader: ObjectReader;

beforeEach(async () => {
  jest.spyOn(log, 'warn').mockReturnValue();
  fixture = await GitFixture.create();
  origin = (await fixture.repository('origin.git')).gitDir;
  await fixture.commit(origin, [tenant('billing')]);
  await fixture.commit(origin, [tenant('search')]);
  await open();
});

afterEach(async () => {
  jest.restoreAllMocks();
  await gitops.close();
  await fixture.remove();
});

/** As a start of the server does it. */
async function open(): Promise<void> {
  mirror = fixture.path('mirror.git');
  const repository = await openMirror(mirror, 'main');
  reader = fixture.reader(mirror);
  const options = { gitDir: mirror, url: `file://${origin}`, branch: 'main', reader };
  gitops = new Gitops(reader, new UrlRemote({ ...options, credentials: new RemoteCredentials() }), {
    ...{ gitDir: mirror, layout: new Layout(''), platform, maxStalenessMs: 60_000, isLocal: false },
    mirror: new MirrorRepair(repository, reader),
  });
}

async function commit(name: string): Promise<string[]> {
  return gitops.commit(
    () => Promise.resolve([draft([tenant(name)])]),
    () => Promise.resolve(),
  );
}

const copies = async (): Promise<string[]> =>
  (await readdir(fixture.folder)).filter((name) => name.startsWith('mirror.git.damaged-'));
const tracking = async (): Promise<string> => {
  const [remote = ''] = await readdir(`${mirror}/refs/remotes`);
  return `${mirror}/refs/remotes/${remote}/main`;
};
async function object(revision: string): Promise<string> {
  const id = await fixture.git(origin, 'rev-parse', revision);
  return `${mirror}/objects/${id.slice(0, 2)}/${id.slice(2)}`;
}
async function empty(path: string): Promise<void> {
  await chmod(path, 0o600);
  await truncate(path);
}

const DAMAGES: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['the branch file empty', async () => truncate(await tracking())],
  ['the branch file naming nothing', async () => writeFile(await tracking(), `${'1'.repeat(40)}\n`)],
  ['an empty commit', async () => empty(await object('main'))],
  ['an empty tree', async () => empty(await object('main^{tree}'))],
  ['a missing tree', async () => rm(await object('main^{tree}'))],
  ['no HEAD', () => truncate(`${mirror}/HEAD`)],
  ['no folder', () => rm(mirror, { recursive: true })],
];

describe('a damaged mirror', () => {
  it.each(DAMAGES)('with %s is made anew, and the commit arrives', async (_name, damage) => {
    await gitops.refresh();
    await damage();
    const [id] = await commit('orders');
    expect(await fixture.git(origin, 'rev-parse', 'main')).toBe(id);
    expect((await gitops.refresh()).teams()).toEqual(['billing', 'orders', 'search']);
    await fixture.git(mirror, 'fsck', '--strict');
    expect((await copies()).length).toBeLessThanOrEqual(1);
  });

  it.each(DAMAGES)('with %s is made anew at the next start', async (_name, damage) => {
    await gitops.refresh();
    await gitops.close();
    await damage();
    await open();
    expect((await gitops.refresh()).teams()).toEqual(['billing', 'search']);
    await commit('orders');
    await fixture.git(mirror, 'fsck', '--strict');
  });

  it.each([
    ['missing', (path: string) => rm(path)],
    ['empty', empty],
  ])('is noticed at a start with a manifest %s', async (_name, damage) => {
    await gitops.refresh();
    await gitops.close();
    await damage(await object('main:tenants/search/values.yaml'));
    await open();
    const world = await gitops.refresh();
    expect(world.teams()).toEqual(['billing', 'search']);
    expect(await copies()).toHaveLength(1);
  });

  it('forgets what is not on the branch any more', async () => {
    await gitops.refresh();
    const first = await fixture.git(origin, 'rev-parse', 'main~1');
    await fixture.git(origin, 'update-ref', 'refs/heads/main', first);
    await truncate(await tracking());
    expect((await gitops.refresh()).teams()).toEqual(['billing']);
  });

  it('is not made anew twice in minutes, and operations wait', async () => {
    await gitops.refresh();
    await truncate(await tracking());
    await gitops.refresh();
    await truncate(await tracking());
    await expect(commit('orders')).rejects.toMatchObject({ kind: 'corrupt_mirror' });
    await expect(gitops.refresh()).rejects.toMatchObject({ code: 'gitops_corrupt_mirror' });
    expect(await copies()).toHaveLength(1);
  });
});

describe('MirrorRepair', () => {
  const corrupt = (stderr: string): GitError => new GitError({ command: 'fetch', kind: 'corrupt', stderr });

  it('keeps one damaged copy, and repairs again after some minutes', async () => {
    let now = 0;
    const repair = new MirrorRepair(await openBareRepository(mirror, 'main'), reader, () => now);
    expect(await repair.repair(corrupt('fatal: object file is empty'))).toBe(true);
    await writeFile(`${mirror}/mark`, '');
    now = 301_000;
    expect(await repair.repair(corrupt('fatal: object file is empty'))).toBe(true);
    const [copy = '', ...others] = await copies();
    expect(others).toEqual([]);
    expect(await readdir(fixture.path(copy))).toContain('mark');
  });

  it('makes the reader forget the packs of the old mirror', async () => {
    await gitops.refresh();
    await fixture.git(mirror, 'repack', '-a', '-d', '-q');
    const head = await fixture.git(origin, 'rev-parse', 'main');
    expect(await reader.resolve(head)).toBe(head);
    const repair = new MirrorRepair(await openBareRepository(mirror, 'main'), reader);
    await repair.repair(corrupt('fatal: packfile x.pack cannot be accessed'));
    expect(await reader.resolve(head)).toBeUndefined();
  });

  it('leaves the mirror alone where the remote is what is damaged', async () => {
    const repair = new MirrorRepair(await openBareRepository(mirror, 'main'), reader);
    expect(await repair.repair(corrupt('remote: fatal: loose object aa is corrupt'))).toBe(false);
    expect(await repair.repair(new GitError({ command: 'fetch', kind: 'not_found' }))).toBe(false);
    expect(await copies()).toEqual([]);
  });
});
