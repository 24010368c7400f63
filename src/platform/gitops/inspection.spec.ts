import { aWorld } from '../../../test/factories/world';
import { log } from '../logging';
import type { Gitops } from './gitops';
import { Inspection } from './inspection';
import { World } from './world';

const GOOD = 'image: {repository: x, tag: v1}\n';

/** A repository that can be moved on; the same files keep being the same objects, as in the index. */
class Moving {
  world: World | undefined;
  readonly fileCount = 3;

  known(): World | undefined {
    return this.world;
  }

  commit(head: string, services: Record<string, string>): void {
    const { files, layout, platform } = aWorld({ services }) as unknown as { files: never } & World;
    this.world = new World(head, files, layout, platform);
  }
}

let moving: Moving;
let inspection: Inspection;
let warned: jest.SpyInstance;

beforeEach(() => {
  moving = new Moving();
  inspection = new Inspection(moving as unknown as Gitops);
  warned = jest.spyOn(log, 'warn').mockReturnValue(undefined);
});
afterEach(async () => {
  warned.mockRestore();
  await inspection.onApplicationShutdown();
});

it('has nothing to say before the first reading', async () => {
  await inspection.look();
  expect(inspection.summary()).toEqual({ files: 3, unreadable: 0, odd: 0, inspected: false });
});

it('counts files, not problems, and follows the head', async () => {
  moving.commit('a', { 'billing/one': 'image: [', 'billing/two': 'env: []\nreplicaCount: x\n', 'billing/three': GOOD });
  await inspection.look();
  expect(inspection.summary()).toEqual({ files: 3, unreadable: 1, odd: 1, inspected: true });
  moving.commit('b', { 'billing/one': GOOD, 'billing/two': 'env: []\n', 'billing/three': GOOD });
  await inspection.look();
  expect(inspection.summary()).toMatchObject({ unreadable: 0, odd: 1 });
});

it('logs each broken file once, and again only when it is broken in another way', async () => {
  const messages = () => warned.mock.calls.map(([{ problem }]: [{ problem: string }]) => problem);
  moving.commit('a', { 'billing/one': 'image: [' });
  await inspection.look();
  moving.commit('b', { 'billing/one': 'image: [', 'billing/two': GOOD });
  await inspection.look();
  expect(messages()).toEqual([expect.stringContaining('services/billing/one/values.yaml cannot be read')]);
  moving.commit('c', { 'billing/one': '- a\n' });
  await inspection.look();
  expect(messages()).toHaveLength(2);
});

it('logs a hundred files at most, and how many more there are', async () => {
  const broken = Array.from({ length: 103 }, (_, n) => [`billing/s${n}`, 'image: [']);
  moving.commit('a', Object.fromEntries(broken) as Record<string, string>);
  await inspection.look();
  expect(warned.mock.calls).toHaveLength(101);
  expect(warned.mock.calls.at(-1)?.[0]).toEqual({ more: 3 });
});

it('lets others run while it looks at many files', async () => {
  const many = Array.from({ length: 400 }, (_, n) => [
    `billing/s${n}`,
    `${GOOD}env: {${'A'.repeat(n + 1)}: b}
`,
  ]);
  moving.commit('a', Object.fromEntries(many) as Record<string, string>);
  let turns = 0;
  const others = setInterval(() => (turns += 1), 0);
  await inspection.look();
  clearInterval(others);
  expect(inspection.summary().inspected).toBe(true);
  expect(turns).toBeGreaterThan(1);
});

it('ends when the program ends', async () => {
  const many = Array.from({ length: 400 }, (_, n) => [`billing/s${n}`, `env: {${'B'.repeat(n + 1)}: b}\n`]);
  moving.commit('a', Object.fromEntries(many) as Record<string, string>);
  const looking = inspection.look();
  await inspection.onApplicationShutdown();
  await looking;
  expect(inspection.summary().inspected).toBe(false);
});
