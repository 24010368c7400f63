import { systemActor } from '../auth/actor';
import { drop, put, WritePath } from '../workflows/testing/write-path';

let path: WritePath;
beforeEach(async () => (path = await WritePath.open()));
afterEach(() => path.close());

it('asks nobody where MCTL itself destroys, and audits it like everybody', async () => {
  await path.call(put, { path: 'a', text: '1' });
  const { operation, commit } = await path.call(drop, { path: 'a' }, systemActor('sweeper', 'r-2'));
  expect([operation.status, commit?.sha]).toEqual(['succeeded', await path.remote.head()]);
  const entries = await path.store.db
    .selectFrom('audit')
    .select(['actor', 'auth_method', 'event'])
    .orderBy('seq')
    .execute();
  expect(entries.slice(-2)).toEqual(
    ['submitted', 'succeeded'].map((event) => ({ actor: 'system:sweeper', auth_method: 'system', event })),
  );
});

it('plans at the commit for the moment when the call came in', async () => {
  const moments: Date[] = [];
  const spy = jest.spyOn(put, 'plan').mockImplementation(({ now, world }) => {
    moments.push(now);
    return {
      changes: [{ path: 'domains/now', content: now.toISOString() }],
      subject: 'put(now)',
      summary: String(world.head),
      warnings: [],
      destroys: [],
      nextActions: [],
      answer: {},
    };
  });
  const [id = ''] = await path.queue([put, { path: 'now' }]);
  const { submitted_at: at, plan_digest: digest } = await path.rows.get(id);
  path.workflows.wake();
  const [row] = await path.ended([id]);
  spy.mockRestore();
  expect(moments.map((moment) => moment.toISOString())).toEqual([at, at]);
  expect(row?.plan_digest).toBe(digest);
  expect(await path.text('now')).toBe(at);
});
