import { aWorld } from '../../test/factories/world';
import type { Actor } from '../platform/auth/actor';
import { Clock } from '../platform/clock';
import { readConfig } from '../platform/config';
import { Conflict } from '../platform/errors';
import type { Gitops } from '../platform/gitops';
import { log } from '../platform/logging';
import type { WriteArguments } from '../platform/operations/dto';
import type { Operation } from '../platform/operations/operation';
import type { OperationStore } from '../platform/operations/operation-store';
import type { Operations } from '../platform/operations/operations';
import { SystemCalls } from '../platform/operations/system-calls';
import { Leadership } from '../platform/store';
import { PreviewSweeper } from './preview-sweeper';

const file = (expiresAt: string) => `image: {repository: r, tag: "1"}\npreview: {expiresAt: "${expiresAt}"}\n`;
const world = aWorld({
  files: {
    'previews/billing/api-aaaaaa/values.yaml': file('2026-03-01T12:00:00Z'),
    'previews/billing/api-bbbbbb/values.yaml': file('2026-03-01T15:00:00+02:00'),
    'previews/billing/api-cccccc/values.yaml': file('soon'),
    'previews/billing/api-dddddd/values.yaml': 'image: [',
    'previews/billing/api-toolong7/values.yaml': file('2020-01-01T00:00:00Z'),
    'previews/gone/api-aaaaaa/values.yaml': file('2026-03-01T11:00:00Z'),
  },
});

type Row = { status: string; finished_at?: string; submitted_at: string };

/** A sweeper over that world whose clock, rows and leadership a test decides; writes down what it submits. */
function aSweeper({
  now = '2026-03-01T12:00:00Z',
  isLeader = true,
  refusal,
  env = {},
}: { now?: string; isLeader?: boolean; refusal?: Error; env?: Record<string, string> } = {}) {
  const rows = new Map<string, Row>();
  const calls: { actor: Actor; input: WriteArguments & Record<string, unknown> }[] = [];
  const clock = new Clock();
  const setClock = (text: string) => jest.spyOn(clock, 'now').mockReturnValue(new Date(text));
  setClock(now);
  const run = (_: Operation, actor: Actor, input: WriteArguments & Record<string, unknown>) => {
    calls.push({ actor, input });
    if (refusal) return Promise.reject(refusal);
    rows.set(`${actor.login} ${input.idempotency_key}`, {
      status: 'submitted',
      submitted_at: new Date().toISOString(),
    });
    return Promise.resolve();
  };
  const sweeper = new PreviewSweeper(
    { world: () => Promise.resolve(world) } as unknown as Gitops,
    new SystemCalls(
      { run } as unknown as Operations,
      {
        findByKey: (actor: string, key: string) => Promise.resolve(rows.get(`${actor} ${key}`)),
      } as unknown as OperationStore,
    ),
    Object.assign(new Leadership(), { isLeader: () => Promise.resolve(isLeader) }),
    readConfig({ MCTL_DATA_DIR: '/nowhere', ...env }),
    clock,
  );
  const ended = (status: string, minutesAgo = 0) => {
    const finished_at = new Date(Date.now() - minutesAgo * 60_000).toISOString();
    for (const [key, row] of rows) if (row.status === 'submitted') rows.set(key, { ...row, status, finished_at });
  };
  return {
    sweeper,
    calls,
    setClock,
    ended,
    ids: () => calls.map(({ input }) => `${String(input.team)}/${String(input.preview_id)}`),
  };
}

let warn: jest.SpyInstance;
beforeEach(() => {
  warn = jest.spyOn(log, 'warn').mockImplementation(() => undefined);
});
afterEach(() => jest.restoreAllMocks());

it('asks for the deletion of what has expired by its clock, in MCTL’s own name', async () => {
  const { sweeper, calls, ids, setClock } = aSweeper();
  await sweeper.round();
  expect(ids()).toEqual(['billing/aaaaaa', 'gone/aaaaaa']);
  expect(calls[0]).toMatchObject({
    actor: { login: 'system:preview-sweeper', method: 'system', via: { door: 'system' } },
    input: { team: 'billing', service: 'api', reason: 'expired at 2026-03-01T12:00:00.000Z' },
  });
  setClock('2026-03-01T13:00:00Z');
  await sweeper.round();
  expect(ids()).toEqual(['billing/aaaaaa', 'gone/aaaaaa', 'billing/bbbbbb']);
});

it('leaves alone what it cannot judge, and says so once', async () => {
  const { sweeper } = aSweeper({ now: '2099-01-01T00:00:00Z' });
  await sweeper.round();
  await sweeper.round();
  const paths = warn.mock.calls.map(([facts]) => (facts as { path: string }).path);
  expect(paths).toEqual(
    ['api-cccccc', 'api-dddddd', 'api-toolong7'].map((name) => `platform-gitops/previews/billing/${name}/values.yaml`),
  );
});

it('does not ask twice while a deletion is under way, and again after one that was taken back', async () => {
  const { sweeper, calls, ended } = aSweeper({ now: '2026-03-01T11:30:00Z' });
  await sweeper.round();
  await sweeper.round();
  expect(calls).toHaveLength(1);
  ended('succeeded');
  await sweeper.round();
  expect(calls.map(({ input }) => input.idempotency_key)).toEqual(
    [1, 2].map((attempt) => `preview:gone/api-aaaaaa:2026-03-01T11:00:00.000Z:${attempt}`),
  );
});

it('tries again after a failure, later each time', async () => {
  const { sweeper, calls, ended } = aSweeper({ now: '2026-03-01T11:30:00Z' });
  await sweeper.round();
  ended('failed', 1);
  await sweeper.round();
  expect(calls).toHaveLength(1);
  ended('failed');
  const later = aSweeper({ now: '2026-03-01T11:30:00Z' });
  await later.sweeper.round();
  later.ended('failed', 3);
  await later.sweeper.round();
  expect(later.calls).toHaveLength(2);
});

it('goes on to the next where one is refused, and warns of that once', async () => {
  const { sweeper, ids } = aSweeper({ refusal: new Conflict('no', { code: 'not_expired' }) });
  await sweeper.round();
  await sweeper.round();
  expect(ids()).toEqual(['billing/aaaaaa', 'gone/aaaaaa', 'billing/aaaaaa', 'gone/aaaaaa']);
  expect(warn.mock.calls.filter(([facts]) => (facts as { code?: string }).code === 'not_expired')).toHaveLength(2);
});

it('survives what nobody expected', async () => {
  await expect(aSweeper({ refusal: new Error('boom') }).sweeper.round()).resolves.toBeUndefined();
  expect(warn).toHaveBeenCalledWith(expect.objectContaining({ err: expect.any(Error) }), expect.any(String));
});

it('leaves it to the leader', async () => {
  const { sweeper, calls } = aSweeper({ isLeader: false });
  await sweeper.round();
  expect(calls).toEqual([]);
});

it.each([
  [{}, 1],
  [{ MCTL_READ_ONLY: 'true' }, 0],
  [{ MCTL_PREVIEW_SWEEP: '0s' }, 0],
])('S23 stands still in read-only mode and where it is switched off: %j', async (env, rounds) => {
  jest.useFakeTimers();
  const { sweeper, calls } = aSweeper({ now: '2026-03-01T11:30:00Z', env });
  sweeper.onApplicationBootstrap();
  await jest.advanceTimersByTimeAsync(6_000);
  await sweeper.onModuleDestroy();
  jest.useRealTimers();
  expect(calls).toHaveLength(rounds);
});
