import type { OperationRow } from '../store';
import { TakenOver, whileInHand } from './in-hand';
import { TaskQueue } from './task-queue';
import { put, WritePath } from './testing/write-path';

const COMMIT = ['commit'] as const;
let path: WritePath;
let queue: TaskQueue;
let id: string;

beforeEach(async () => {
  path = await WritePath.open();
  queue = new TaskQueue(path.store);
  [id = ''] = await path.queue([put, { path: 'a', text: '1' }]);
});
afterEach(() => path.close());

const later = (milliseconds: number): Date => new Date(Date.now() + milliseconds);
/** Takes the operation until now: whoever comes next may have it. */
const take = (until = new Date()): Promise<OperationRow | undefined> =>
  queue.take(id, COMMIT, { now: later(1), until });

/** As a pod commits. */
function commit(row: OperationRow): Promise<void> {
  const due = { ...row, attempts: row.attempts - 1 };
  const attempt = { changed: () => undefined, leaving: new AbortController().signal };
  return whileInHand(queue, row, () => path.commits.run([due], attempt));
}

describe('an operation in hand', () => {
  it('is taken by one, and by nobody in another stage', async () => {
    expect(await queue.take(id, ['prepare'], { now: later(1), until: later(60_000) })).toBeUndefined();
    const all = await Promise.all([1, 2, 3].map(() => take(later(60_000))));
    expect(all.filter(Boolean)).toHaveLength(1);
  });

  it('is committed once, however late somebody wakes up who had it before', async () => {
    const first = await take();
    const second = await take();
    await expect(commit(first!)).rejects.toThrow(TakenOver);
    expect(await path.subjects()).toEqual([]);
    await commit(second!);
    await expect(commit(first!)).rejects.toThrow(TakenOver);
    await expect(commit(second!)).rejects.toThrow(TakenOver);
    expect(await path.subjects()).toEqual(['put(a): 1']);
    expect(await path.rows.get(id)).toMatchObject({ status: 'succeeded', attempts: 2 });
  });

  it('that was lost in the middle of the way leaves nothing behind that it did not publish', async () => {
    const first = (await take())!;
    path.remote.publishes.push(async () => {
      throw new Error('never comes so far');
    });
    path.remote.heads.push(async () => {
      await take();
      return undefined;
    });
    await expect(commit(first)).rejects.toThrow(TakenOver);
    expect(path.remote.publishes).toHaveLength(1);
    expect(await path.subjects()).toEqual([]);
  });
});
