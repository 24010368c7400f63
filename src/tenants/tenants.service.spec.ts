import { aWorld } from '../../test/factories/world';
import { Access } from '../platform/auth/access';
import type { Actor } from '../platform/auth/actor';
import type { Gitops } from '../platform/gitops';
import { TenantsService } from './tenants.service';

const root: Actor = { login: 'root', method: 'local', isAdmin: true, via: { door: 'mcp', requestId: 'r' } };

it('calls a team by its folder where the file has another name, as its warning says', async () => {
  const world = aWorld({ tenants: { billing: { name: 'other' } } });
  const gitops = { world: () => Promise.resolve(world) } as unknown as Gitops;
  const answer = await new TenantsService(gitops, new Access(gitops)).get(root, { team: 'billing' });
  expect(answer).toMatchObject({
    name: 'billing',
    warnings: [{ code: 'name_mismatch', message: expect.stringContaining('the folder’s, billing, is what counts') }],
  });
});
