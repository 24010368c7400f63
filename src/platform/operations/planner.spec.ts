import { aWorld } from '../../../test/factories/world';
import type { Access } from '../auth/access';
import type { Actor } from '../auth/actor';
import { type FileChange, type Gitops, ManifestSchemas, type World } from '../gitops';
import type { Operation } from './operation';
import { Planner } from './planner';
import { OperationRegistry } from './registry';

const actor: Actor = { login: 'root', method: 'local', isAdmin: true, via: { door: 'mcp', requestId: 'r' } };

function planned(world: World, change: FileChange): Promise<unknown> {
  const operation = { plan: () => ({ changes: [change], destroys: [] }) } as unknown as Operation;
  const access = { check: () => undefined } as unknown as Access;
  const planner = new Planner({} as Gitops, access, new ManifestSchemas(), new OperationRegistry());
  return planner.plan(operation, actor, {} as never, world, { now: new Date(0) });
}

it('refuses a plan that writes below what is no folder, whatever the operation asked before', async () => {
  const world = aWorld({ files: { 'databases/billing': 'a file\n' } });
  const path = world.layout.under('databases/billing/main.yaml');
  await expect(planned(world, { path, content: 'a: 1\n' })).rejects.toMatchObject({
    code: 'unreadable_file',
    message: expect.stringContaining('databases/billing cannot be read: it is a file where a folder belongs.'),
  });
  const beside = world.layout.under('databases/search/main.yaml');
  await expect(planned(world, { path: beside, content: 'a: 1\n' })).resolves.toMatchObject({
    described: [{ path: beside }],
  });
});
