import { aWorld } from '../../../test/factories/world';
import { FileIndex, type RepositoryFile } from './file-index';
import { folderProblems, inspectWorld, serviceFolders } from './inspect';
import { MAKE_IT_A_FOLDER } from './file-problem';
import { Layout } from './layout';
import { World } from './world';

const { platform } = aWorld();
const layout = new Layout('platform-gitops');
const link = (path: string, fix?: string): RepositoryFile => ({ path, text: '', problem: 'it is a link', fix });
const TENANT = { path: layout.tenantFile('labs'), text: 'tenant:\n  name: labs\n' };

function worldOf(...files: RepositoryFile[]): World {
  const index = new FileIndex();
  for (const file of files) index.set(file);
  return new World('head', index, layout, platform);
}

const write = { path: layout.serviceFile('labs', 'api'), content: 'type: web\n' };
const refusal = (world: World, path = write.path) => {
  try {
    world.mustAllow({ path, content: 'x' });
  } catch (error) {
    return error as Error;
  }
  return undefined;
};

describe.each([
  ['the root', 'platform-gitops', MAKE_IT_A_FOLDER],
  ['a folder of ours', 'platform-gitops/services', MAKE_IT_A_FOLDER],
  ['a team’s folder', 'platform-gitops/services/labs', undefined],
])('a link in the place of %s', (_what, path, fix) => {
  const world = worldOf(TENANT, link(path, fix));

  it('refuses every write below it, and says what to do', () => {
    expect(refusal(world)).toMatchObject({
      code: 'unreadable_file',
      message: expect.stringContaining(`${path} cannot be read`),
      details: { fix: MAKE_IT_A_FOLDER },
    });
    expect(() => world.service('labs', 'api')).toThrow(/is a link/);
    expect(refusal(world, layout.serviceFile('labs', 'api').replace('/services/', '/domains/')) === undefined).toBe(
      path !== layout.root,
    );
  });

  it('is named once, however many folders it hides', () => {
    const found = folderProblems(world, [layout.under('services/'), layout.servicesFolder('labs')]);
    expect(found).toMatchObject([{ path, severity: 'broken', code: 'unreadable_file', fix: MAKE_IT_A_FOLDER }]);
    expect(inspectWorld(world).filter((problem) => problem.path === path)).toHaveLength(1);
  });
});

it('refuses a write below a file, and one in the place of a folder', () => {
  const world = worldOf(TENANT, { path: layout.under('services/labs'), text: 'x' });
  expect(refusal(world)?.message).toContain('it is a file where a folder belongs');
  expect(inspectWorld(world)).toMatchObject([{ path: layout.under('services/labs'), severity: 'broken' }]);
  const nested = worldOf(TENANT, { path: `${write.path}/x`, text: 'x' });
  expect(refusal(nested)?.message).toContain('it is a folder where a file belongs');
  expect(refusal(nested, layout.serviceFile('labs', 'web'))).toBeUndefined();
});

it('deletes a link, and nothing under a name that cannot be written', () => {
  const odd = layout.under('services/labs/api/"caf\\351"');
  const linked = layout.under('services/labs/api/link');
  const world = worldOf(TENANT, link(linked), { path: odd, text: '', problem: 'its name is odd', fix: 'Rename it.' });
  expect(() => world.mustAllow({ path: linked })).not.toThrow();
  expect(() => world.mustAllow({ path: odd })).toThrow(/its name is odd/);
  const seen = inspectWorld(world).map(({ path, fix }) => [path, fix]);
  expect(seen).toContainEqual([odd, 'Rename it.']);
});

it('forgets a stray that goes, or that becomes a file', () => {
  const index = new FileIndex();
  for (const path of ['a', 'b']) index.set(link(path, 'x'));
  expect(index.strays).toEqual(['a', 'b']);
  index.delete('a');
  index.set({ path: 'b', text: '' });
  expect(index.strays).toEqual([]);
});

it('lists services with what stands in the place of one, in the order of pages', () => {
  const service = (name: string) => ({ path: layout.serviceFile('labs', name), text: 'type: web\n' });
  const world = worldOf(TENANT, service('api-2'), service('api'), link(layout.under('services/labs/api-1')));
  expect(serviceFolders(world, 'labs')).toEqual(['api', 'api-1', 'api-2']);
});
