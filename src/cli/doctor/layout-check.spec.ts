import { aWorld } from '../../../test/factories/world';
import type { RepositoryCopy } from '../../platform/gitops';
import type { Finding } from './check';
import { layoutCheck } from './layout-check';
import type { Patient } from './patient';

const GOOD = 'image: {repository: x, tag: v1}\n';

async function look(services: Record<string, string>): Promise<Finding> {
  const world = aWorld({ tenants: { labs: { members: [] } }, services });
  const present = (paths: readonly string[]) => Promise.resolve(new Set(paths));
  const copy = { world, present } as unknown as RepositoryCopy;
  return layoutCheck.run({ copy } as unknown as Patient, new AbortController().signal);
}

it('counts files as /readyz does, and the findings on them beside', async () => {
  const { status, found } = await look({
    'labs/a': `${GOOD}env: []\nreplicaCount: x\n`,
    'labs/b': `${GOOD}env: []\n`,
    'labs/c': 'image: [',
    'labs/d': GOOD,
  });
  expect(status).toBe('warning');
  expect(found).toBe('1 tenant, 4 services, 1 broken file, 2 odd files (3 findings)');
});

it('has nothing to count where all is in order', async () => {
  expect(await look({ 'labs/a': GOOD })).toMatchObject({ status: 'ok', found: '1 tenant, 1 service' });
});
