import * as fc from 'fast-check';
import { FileIndex } from './file-index';
import { Layout } from './layout';
import { type PlatformFacts, World } from './world';

const layout = new Layout('platform-gitops');
const platform: PlatformFacts = {
  repoUrl: 'https://git.example.org/platform.git',
  domain: 'apps.example.org',
  clusterIssuer: 'letsencrypt-prod',
  imageRegistries: [],
  builder: 'none',
};

type Files = Readonly<Record<string, string>>;

function indexOf(files: Files): FileIndex {
  const index = new FileIndex();
  for (const [path, text] of Object.entries(files)) index.set({ path, text });
  return index;
}

const worldOf = (files: Files) => new World('head', indexOf(files), layout, platform);

const tenant = layout.tenantFile('billing');
const service = layout.serviceFile('billing', 'api');
const base: Files = {
  [tenant]: 'tenant:\n  name: billing\n',
  [service]: 'image:\n  tag: "1"\n',
  [layout.serviceFile('billing', 'worker')]: 'type: worker\n',
  [layout.under('services/billing/README.md')]: 'not a service\n',
};

describe('World with planned changes on top', () => {
  it('shows added, changed and deleted files, and stays itself', () => {
    const world = worldOf(base);
    const planned = world.with([
      { path: layout.serviceFile('billing', 'web'), content: 'type: web\n' },
      { path: service, content: 'image:\n  tag: "2"\n' },
      { path: layout.serviceFile('billing', 'worker') },
    ]);
    expect(planned.serviceNames('billing')).toEqual(['api', 'web']);
    expect(planned.service('billing', 'api')?.imageTag).toBe('2');
    expect(planned.hasService('billing', 'worker')).toBe(false);
    expect(world.serviceNames('billing')).toEqual(['api', 'worker']);
    expect(world.service('billing', 'api')?.imageTag).toBe('1');
  });

  it('forgets a team whose last file goes, and knows it again when it is made anew', () => {
    const gone = worldOf(base).with([{ path: tenant }]);
    expect(gone.teams()).toEqual([]);
    expect(gone.hasTenant('billing')).toBe(false);
    const back = gone.with([{ path: tenant, content: 'tenant:\n  name: billing\n  displayName: Again\n' }]);
    expect(back.teams()).toEqual(['billing']);
    expect(back.tenant('billing')?.displayName).toBe('Again');
  });

  it('names a broken file beside the ones that can be read', () => {
    const { services, problems } = worldOf(base)
      .with([{ path: service, content: 'image: [\n' }])
      .services('billing');
    expect(services.map(({ name }) => name)).toEqual(['worker']);
    expect(problems).toMatchObject([{ path: service, severity: 'broken', message: expect.stringContaining(service) }]);
  });

  it('names a file that is no text and lets nobody edit it', () => {
    const index = indexOf(base);
    index.set({ path: service, text: '', problem: 'it is not UTF-8' });
    const world = new World('head', index, layout, platform);
    expect(world.hasService('billing', 'api')).toBe(true);
    expect(() => world.service('billing', 'api')).toThrow(/not UTF-8/);
    expect(() => world.mustBeText(service)).toThrow(/not UTF-8/);
    expect(() => world.mustBeText(tenant)).not.toThrow();
    expect(world.services('billing').problems).toHaveLength(1);
  });

  it('answers everything as a world that was read with the changes in it', () => {
    fc.assert(
      fc.property(files, fc.array(batch, { maxLength: 4 }), (before, batches) => {
        const after = new Map(Object.entries(before));
        let world = worldOf(before);
        for (const changes of batches) {
          world = world.with(changes);
          for (const { path, content } of changes) {
            if (content === undefined) after.delete(path);
            else after.set(path, content);
          }
        }
        expect(answers(world)).toEqual(answers(worldOf(Object.fromEntries(after))));
      }),
    );
  });
});

describe('FileIndex', () => {
  it('is the same after any sets and deletions as one that was built from what is left', () => {
    fc.assert(
      fc.property(files, fc.array(batch, { maxLength: 4 }), (before, batches) => {
        const index = indexOf(before);
        const left = new Map(Object.entries(before));
        for (const { path, content } of batches.flat()) {
          if (content === undefined) index.delete(path);
          else index.set({ path, text: content });
          if (content === undefined) left.delete(path);
          else left.set(path, content);
        }
        const fresh = indexOf(Object.fromEntries(left));
        expect(index.size).toBe(left.size);
        for (const folder of FOLDERS) expect([...index.list(folder)].sort()).toEqual([...fresh.list(folder)].sort());
      }),
    );
  });
});

const NAMES = ['a', 'b', 'ab'];
const PATHS = [
  ...NAMES.map((team) => layout.tenantFile(team)),
  ...NAMES.flatMap((team) => NAMES.map((name) => layout.serviceFile(team, name))),
  ...NAMES.map((team) => layout.under(`services/${team}/note.md`)),
  layout.under('services/a'),
  layout.under('domains/a.example.org.yaml'),
  'README.md',
];
const FOLDERS = [
  ...new Set([
    '',
    ...PATHS.flatMap((path) => path.split('/').map((_, depth, parts) => `${parts.slice(0, depth).join('/')}/`)),
  ]),
];
const files = fc.dictionary(fc.constantFrom(...PATHS), fc.string({ maxLength: 3 }));
const batch = fc.array(
  fc.record({ path: fc.constantFrom(...PATHS), content: fc.option(fc.string({ maxLength: 3 }), { nil: undefined }) }),
  { maxLength: 6 },
);

function answers(world: World): object {
  return {
    lists: FOLDERS.map((folder) => [folder, world.list(folder), world.filesUnder(folder)]),
    texts: PATHS.map((path) => [path, world.text(path)]),
    teams: world.teams(),
    services: NAMES.map((team) => world.serviceNames(team)),
    has: NAMES.flatMap((team) => NAMES.map((name) => world.hasService(team, name))),
  };
}
