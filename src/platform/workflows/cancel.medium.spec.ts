import { log } from '../logging';
import type { Operation } from '../operations/operation';
import { put, WritePath } from './testing/write-path';

/** Makes something outside before its commit. */
const provision: Operation = { ...put, name: 'provision', tool: 'provision', task: { name: 'make', title: 'Make it' } };

let path: WritePath;
beforeAll(() => void (log.level = 'silent'));
beforeEach(async () => {
  path = await WritePath.open();
  path.registry.register(provision);
});
afterEach(() => path.close());

const steps = async (id: string) => (await path.rows.steps(id)).map(({ status }) => status);
const cancel = async (id: string) => path.workflows.cancel(await path.rows.get(id));
const events = () => path.store.db.selectFrom('audit').select(['event', 'code']).orderBy('seq').execute();
const CANCELLED = { status: 'failed', commit: null, error: expect.stringContaining('"code":"cancelled"') };

/** Cancels what the engine has just read from its queue and not begun yet. */
function cancelWhatIsRead(): void {
  const read = path.rows.due.bind(path.rows);
  jest.spyOn(path.rows, 'due').mockImplementationOnce(async (...args) => {
    const rows = await read(...args);
    for (const row of rows) await path.workflows.cancel(row);
    return rows;
  });
}

describe('cancelling an operation', () => {
  it('takes it out of the queue, ends its steps, audits it, and leaves its neighbour', async () => {
    const [one = '', other = ''] = await path.queue([put, { path: 'a', text: '1' }], [put, { path: 'a', text: '2' }]);
    expect(await cancel(one)).toBe(true);
    expect((await path.ended([other]))[0]?.status).toBe('succeeded');
    expect(await path.rows.get(one)).toMatchObject(CANCELLED);
    expect(await steps(one)).toEqual(['skipped', 'skipped', 'skipped']);
    expect(await path.subjects()).toEqual(['put(a): 2']);
    expect(await events()).toEqual([
      { event: 'submitted', code: null },
      { event: 'submitted', code: null },
      { event: 'failed', code: 'cancelled' },
      { event: 'succeeded', code: null },
    ]);
  });

  it('changes nothing of one that has ended, and says so', async () => {
    const [row] = await path.together([put, { path: 'a', text: '1' }]);
    expect(await cancel(row?.id ?? '')).toBe(false);
    expect(await path.rows.get(row?.id ?? '')).toEqual(row);
    expect(await events()).toHaveLength(2);
  });

  it('leaves alone one that is being published, which goes on', async () => {
    const [id = ''] = await path.queue([put, { path: 'a', text: '1' }]);
    const outcomes: boolean[] = [];
    path.remote.publishes.push(async (publish) => {
      outcomes.push(await cancel(id));
      await publish();
    });
    path.workflows.wake();
    expect((await path.ended([id]))[0]).toMatchObject({ status: 'succeeded', error: null });
    expect(outcomes).toEqual([false]);
  });

  it('holds against a commit that begins at the same moment', async () => {
    const [id = ''] = await path.queue([put, { path: 'a', text: '1' }]);
    cancelWhatIsRead();
    path.workflows.wake();
    expect((await path.ended([id]))[0]).toMatchObject({ ...CANCELLED, attempts: 0 });
    await path.workflows.onModuleDestroy();
    expect(await steps(id)).toEqual(['skipped', 'skipped', 'skipped']);
    expect(await path.subjects()).toEqual([]);
  });

  it('takes out what waits for a task that nobody has begun: nothing is made outside', async () => {
    const made: string[] = [];
    const make = ({ operationId }: { operationId: string }) => Promise.resolve({ done: made.push(operationId) });
    path.registry.bind(provision, { tasks: { make } });
    const [id = '', other = ''] = await path.queue([provision, { path: 'a' }], [provision, { path: 'b', text: '1' }]);
    await cancel(id);
    path.workflows.wake();
    expect((await path.ended([id, other])).map(({ status }) => status)).toEqual(['failed', 'succeeded']);
    expect(made).toEqual([other]);
    expect(await steps(id)).toEqual(['skipped', 'skipped', 'skipped', 'skipped']);
  });

  it('leaves alone one whose task is at work, which goes on', async () => {
    const outcomes: boolean[] = [];
    const make = async ({ operationId }: { operationId: string }) => ({
      done: outcomes.push(await cancel(operationId)),
    });
    path.registry.bind(provision, { tasks: { make } });
    const [row] = await path.together([provision, { path: 'a', text: '1' }]);
    expect(row?.status).toBe('succeeded');
    expect(outcomes).toEqual([false]);
  });
});
