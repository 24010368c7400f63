import { Clock } from '../platform/clock';
import { log } from '../platform/logging';
import { Leadership } from '../platform/store';
import { IncidentSweeper } from './incident-sweeper';
import { at, cleared, firing, IncidentShelf } from './testing/incident-shelf';

const DAY = 24 * 60;

let shelf: IncidentShelf;

beforeEach(async () => {
  shelf = await IncidentShelf.open({ MCTL_INCIDENT_RETENTION: '90d' });
});

afterEach(async () => {
  await shelf.close();
  jest.restoreAllMocks();
});

function sweeper(minutes: number, isLeader = true): IncidentSweeper {
  const clock = new Clock();
  jest.spyOn(clock, 'now').mockReturnValue(at(minutes));
  const leadership = Object.assign(new Leadership(), { isLeader: () => Promise.resolve(isLeader) });
  return new IncidentSweeper(shelf.store, shelf.recorder, leadership, shelf.config, clock);
}

const count = async (table: 'incidents' | 'incident_evidence' | 'incident_events' | 'webhook_deliveries') =>
  (await shelf.store.db.selectFrom(table).selectAll().execute()).length;
const statuses = async () => (await shelf.all()).map(({ fingerprint, status }) => `${fingerprint} ${status}`).sort();

it('deletes what has been resolved for longer than the retention, with all its parts, and nothing else', async () => {
  await shelf.outcomes(
    [firing({ fingerprint: 'old' }), 0],
    [cleared(at(1), { fingerprint: 'old' }), 1],
    [firing({ fingerprint: 'active' }), 2],
    [firing({ fingerprint: 'young' }), 3],
    [cleared(at(DAY), { fingerprint: 'young' }), DAY],
  );
  await sweeper(90 * DAY).round();
  expect(await statuses()).toEqual(['active open', 'old resolved', 'young resolved']);
  await sweeper(90 * DAY + 2).round();
  expect(await statuses()).toEqual(['active open', 'young resolved']);
  expect([await count('incident_evidence'), await count('incident_events')]).toEqual([2, 3]);
});

it('deletes any number of them', async () => {
  const [row] = [(await shelf.record(firing(), 0)) && (await shelf.all())[0]];
  const rows = Array.from({ length: 450 }, (_, index) => ({
    ...row,
    id: String(index).padStart(32, '0'),
    status: 'resolved',
    resolved_at: at(1).toISOString(),
  }));
  for (let from = 0; from < rows.length; from += 90) {
    await shelf.store.db
      .insertInto('incidents')
      .values(rows.slice(from, from + 90) as never)
      .execute();
  }
  await sweeper(91 * DAY).round();
  expect(await count('incidents')).toBe(1);
});

it('forgets deliveries after a month', async () => {
  await shelf.store.db
    .insertInto('webhook_deliveries')
    .values([
      { key: 'old', at: at(0).toISOString() },
      { key: 'new', at: at(2).toISOString() },
    ])
    .execute();
  await sweeper(30 * DAY + 1).round();
  expect(await shelf.store.db.selectFrom('webhook_deliveries').select('key').execute()).toEqual([{ key: 'new' }]);
});

it('ends the incidents of a deleted team', async () => {
  await shelf.outcomes([firing(), 0], [firing({ team: 'shop', fingerprint: 'shops' }), 0]);
  await shelf.deleteTeam('billing', 1);
  await sweeper(2).round();
  expect(await statuses()).toEqual(['alertmanager:1 resolved', 'shops open']);
});

it('ends a storm that has passed, and none that goes on or has no room', async () => {
  for (let index = 0; index < 4; index++) await shelf.record(firing({ fingerprint: `x:${index}` }), 0);
  const storm = async () => (await shelf.all()).find(({ type }) => type === 'incident_storm');
  await sweeper(31).round();
  expect((await storm())?.status).toBe('open');
  await shelf.record(cleared(at(32), { fingerprint: 'x:0' }), 32);
  await sweeper(29).round();
  expect((await storm())?.status).toBe('open');
  await sweeper(33).round();
  expect(await storm()).toMatchObject({ status: 'resolved', resolved_by: 'mctl' });
});

it('leaves it to the leader, and survives what nobody expected', async () => {
  await shelf.outcomes([firing(), 0], [cleared(at(1)), 1]);
  await sweeper(100 * DAY, false).round();
  expect(await count('incidents')).toBe(1);
  const warn = jest.spyOn(log, 'warn').mockImplementation(() => undefined);
  jest.spyOn(shelf.recorder, 'endFormer').mockRejectedValue(new Error('boom'));
  await expect(sweeper(0).round()).resolves.toBeUndefined();
  expect(warn).toHaveBeenCalledTimes(1);
});
