import { refusalOf } from '../../test/factories/plan';
import { aWorld } from '../../test/factories/world';
import type { World } from '../platform/gitops';
import { planDatabase } from './database.plan';
import { noteLeftOver } from './left-over.policy';
import { openDatabases } from './open-databases';

const PLAIN = 'image: {repository: r, tag: "1"}\n';
const PATH = 'databases/billing.left-over.yaml';
const empty = aWorld({ services: { 'billing/api': PLAIN } });
const plan = (world: World, service = 'api', name?: string) =>
  planDatabase(world, { team: 'billing', service, name }, {});
/** The team with a database, once it is deleted and its name is taken again. */
const reborn = (name?: string): World => {
  const { changes } = plan(empty, 'api', name);
  const before = empty.with(changes);
  return before.with([...changes.map(({ path }) => ({ path })), ...noteLeftOver(before, 'billing')]);
};

describe('what a deleted team left behind', () => {
  it('is noted with all that an administrator must remove, and no value', () => {
    const world = reborn('ledger');
    expect(world.leftOver('billing')).toEqual([
      {
        ...{ name: 'ledger', service: 'api', database: 'billing_ledger', role: 'billing_ledger' },
        credential: 'teams/billing/api/database',
      },
    ]);
    expect(world.databaseNames('billing')).toEqual([]);
  });

  it('is nothing where there was no database', () => {
    expect(noteLeftOver(empty, 'billing')).toEqual([]);
  });

  it('is refused to whoever has the name next', () => {
    expect(refusalOf(() => plan(reborn()))).toMatchObject({
      ...{ kind: 'Conflict', code: 'database_left_over', got: 'api', details: { database: 'billing_api' } },
      fix: expect.stringContaining(`platform-gitops/${PATH}`),
    });
  });

  it('is refused by the service, whose credential it is, and by the name, whose data it is', () => {
    const world = reborn('ledger');
    expect(refusalOf(() => plan(world, 'api'))).toMatchObject({ code: 'database_left_over', field: 'service' });
    expect(refusalOf(() => plan(world, 'web', 'ledger'))).toMatchObject({ code: 'database_left_over', field: 'name' });
    expect(plan(world, 'web').isNew).toBe(true);
  });

  it('is free once an administrator has taken the entry out', () => {
    const path = empty.layout.leftOverFile('billing');
    expect(plan(reborn().with([{ path }])).isNew).toBe(true);
    expect(plan(reborn().with([{ path, content: 'databases: []\n' }])).isNew).toBe(true);
  });

  it('is added to what lives before have left', () => {
    const first = reborn();
    const second = first.with(plan(first, 'web').changes);
    const [file] = noteLeftOver(second, 'billing');
    const after = second.with([{ path: file?.path ?? '', content: file?.content }]);
    expect(after.leftOver('billing').map(({ name }) => name)).toEqual(['api', 'web']);
  });

  it('counts for every service where nobody can tell', () => {
    const broken = aWorld({ files: { 'databases/billing/odd.yaml': 'a: [\n' } });
    const world = broken.with([
      { path: 'platform-gitops/databases/billing/odd.yaml' },
      ...noteLeftOver(broken, 'billing'),
    ]);
    expect(refusalOf(() => plan(world))).toMatchObject({ code: 'database_left_over' });
    expect(refusalOf(() => plan(aWorld({ files: { [PATH]: 'a: [\n' } })))).toMatchObject({ code: 'unreadable_file' });
  });

  it('is no other team’s', () => {
    const { text } = reborn().file(empty.layout.leftOverFile('billing')) ?? { text: '' };
    const world = aWorld({ tenants: { search: {} }, files: { [PATH]: text } });
    expect(planDatabase(world, { team: 'search', service: 'api' }, {}).isNew).toBe(true);
  });
});

it('warns of other databases that the new role can connect to, without their names', () => {
  expect(openDatabases({ mode: 'server', others_open: 2 })).toEqual([
    { code: 'databases_open_to_all', message: expect.stringContaining('2 other databases') },
  ]);
  expect([undefined, {}, { mode: 'cluster' }, { mode: 'server', others_open: 0 }].flatMap(openDatabases)).toEqual([]);
});
