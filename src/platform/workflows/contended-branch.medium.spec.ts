import { log } from '../logging';
import { put, rejected, WritePath } from './testing/write-path';

let path: WritePath;
beforeAll(() => {
  log.level = 'silent';
});
afterEach(() => path.close());

it('carries fewer operations after losses, and the others with the next push, each once', async () => {
  path = await WritePath.open();
  const sizes: number[] = [];
  const count = async (publish: () => Promise<void>, next: string) => {
    const base = await path.reader.resolve('refs/heads/main');
    sizes.push((await path.reader.log({ to: next, from: base, limit: 100 })).length);
    if (sizes.length < 4) return rejected();
    return publish();
  };
  path.remote.publishes.push(count, count, count, count, count);
  const names = Array.from({ length: 20 }, (_, index) => `file-${String(index).padStart(2, '0')}`);
  const rows = await path.together(...names.map((name) => [put, { path: name, text: '1' }] as const));
  expect(sizes).toEqual([20, 20, 10, 8, 12]);
  expect(rows.map(({ status }) => status)).toEqual(names.map(() => 'succeeded'));
  expect(new Set(rows.map(({ commit }) => commit)).size).toBe(20);
  expect((await path.subjects()).sort()).toEqual(names.map((name) => `put(${name}): 1`));
});
