import { LIMITS } from './incident';
import type { IncidentFilter, IncidentStore, Visibility } from './incident-store';
import type { Cleared, Firing, Recorded } from './report';
import { at, cleared, firing, IncidentShelf } from './testing/incident-shelf';
import type { IncidentRecorder } from './incident-recorder';
import { isUniqueViolation, type Store } from '../platform/store';

const ALL: Visibility = { formerTeams: true };
const EVERY: IncidentFilter = { limit: 1000 };

let shelf: IncidentShelf;
let store: Store;
let incidents: IncidentStore;
let recorder: IncidentRecorder;

beforeEach(async () => {
  shelf = await IncidentShelf.open();
  ({ store, incidents, recorder } = shelf);
});

afterEach(() => shelf.close());

const record = (report: Firing | Cleared, minutes: number): Promise<Recorded> => shelf.record(report, minutes);
const outcomes = (...steps: readonly [Firing | Cleared, number][]): Promise<string[]> => shelf.outcomes(...steps);
const all = () => shelf.all();
const events = async (id = '') => (await incidents.events(id)).map(({ event }) => event);

describe('one incident of a team and fingerprint', () => {
  it('is made once; what is reported again counts in it, with the newest words', async () => {
    expect(await outcomes([firing(), 0], [firing({ summary: 'worse', severity: 'info' }), 5])).toEqual([
      'created',
      'repeated',
    ]);
    const [row, ...more] = await all();
    expect(more).toEqual([]);
    expect(row).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      occurrences: 2,
      flaps: 0,
      summary: 'worse',
      severity: 'info',
      status: 'open',
      first_seen: at(0).toISOString(),
      last_seen: at(5).toISOString(),
    });
    expect(await events(row?.id)).toEqual(['opened']);
    expect(await incidents.evidence(row?.id ?? '')).toHaveLength(1);
  });

  it('is another one for another team, fingerprint, or no team at all', async () => {
    const { team: _team, ...nobodys } = firing();
    expect(
      await outcomes(
        [firing(), 0],
        [firing({ team: 'shop' }), 0],
        [firing({ fingerprint: 'alertmanager:2' }), 0],
        [nobodys, 0],
        [nobodys, 1],
      ),
    ).toEqual(['created', 'created', 'created', 'created', 'repeated']);
  });

  it('is one, whoever reports it at the same time', async () => {
    const found = await Promise.all(Array.from({ length: 40 }, (_, index) => record(firing(), index)));
    expect(found.filter(({ outcome }) => outcome === 'created')).toHaveLength(1);
    expect(new Set(found.map(({ id }) => id)).size).toBe(1);
    expect((await all()).map(({ occurrences }) => occurrences)).toEqual([40]);
  });

  it('cannot be two that are not resolved, whatever the code does', async () => {
    await record(firing(), 0);
    const [row] = await all();
    const copy = { ...row, id: 'f'.repeat(32) } as never;
    const error: unknown = await store.db
      .insertInto('incidents')
      .values(copy)
      .execute()
      .catch((reason: unknown) => reason);
    expect(isUniqueViolation(error)).toBe(true);
  });

  it('keeps the service that it once knew', async () => {
    const { service: _service, ...vague } = firing();
    await outcomes([firing(), 0], [vague, 1]);
    expect((await all())[0]?.service).toBe('api');
  });
});

it('takes remarks to what is open, and lets them change nothing else', async () => {
  const remark = firing({ isRemark: true, source: 'manual', severity: 'info', summary: 'calm', since: at(9) });
  expect((await record(remark, 0)).outcome).toBe('unknown');
  await record(firing(), 1);
  await record({ ...remark, analysis: 'why', evidence: [{ kind: 'note', content: 'seen' }] }, 9);
  const [row] = await all();
  const same = { severity: 'critical', summary: 'api restarts', occurrences: 1, episode_at: at(0).toISOString() };
  expect(row).toMatchObject({ ...same, status: 'analyzing', analysis: 'why' });
  expect((await incidents.evidence(row?.id ?? '')).map(({ kind }) => kind)).toEqual(['labels', 'note']);
});

it('counts what only calls itself a storm like everything else', async () => {
  for (const fingerprint of ['1', '2', '3']) await record(firing({ fingerprint, type: 'incident_storm' }), 0);
  expect((await record(firing({ fingerprint: '4', type: 'incident_storm' }), 0)).outcome).toBe('counted');
});

describe('the end of an incident', () => {
  it('comes with the report that it is over', async () => {
    expect(await outcomes([firing(), 0], [cleared(at(4)), 5], [cleared(at(4)), 6])).toEqual([
      'created',
      'resolved',
      'unknown',
    ]);
    expect((await all())[0]).toMatchObject({
      status: 'resolved',
      resolved_by: 'alertmanager',
      resolved_at: at(5).toISOString(),
      resolution: 'over',
    });
  });

  it('comes wherever the incident is by now, and to nobody’s report by hand', async () => {
    await record(firing(), 0);
    await record(firing({ team: 'shop', source: 'manual', actor: 'olga' }), 0);
    const { team: _team, ...nobodys } = cleared(at(4), { isEverywhere: true });
    expect(await outcomes([nobodys, 5], [nobodys, 6])).toEqual(['resolved', 'unknown']);
    const found = (await all()).map(({ team, status }) => `${team} ${status}`).sort();
    expect(found).toEqual(['billing resolved', 'shop open']);
  });

  it('does not come from the end of an earlier time', async () => {
    const steps = await outcomes(
      [firing(), 0],
      [cleared(at(4)), 5],
      [firing({ since: at(10) }), 10],
      [cleared(at(4)), 11],
    );
    expect(steps).toEqual(['created', 'resolved', 'reopened', 'stale']);
    expect((await all())[0]?.status).toBe('open');
  });

  it('comes also where the source has moved its beginning back, as Alertmanager does when it joins two', async () => {
    expect(await outcomes([firing({ since: at(5) }), 5], [firing({ since: at(0) }), 6], [cleared(at(9)), 9])).toEqual([
      'created',
      'repeated',
      'resolved',
    ]);
  });

  it('touches no other team', async () => {
    await outcomes([firing(), 0], [firing({ team: 'shop' }), 0], [cleared(at(1)), 1]);
    expect((await all()).map(({ team, status }) => [team, status]).sort()).toEqual([
      ['billing', 'resolved'],
      ['shop', 'open'],
    ]);
  });
});

describe('what comes back', () => {
  it('opens the same incident again within the window, and says so', async () => {
    const steps = await outcomes([firing(), 0], [cleared(at(4)), 5], [firing({ since: at(30) }), 35]);
    expect(steps).toEqual(['created', 'resolved', 'reopened']);
    const [row] = await all();
    expect(row).toMatchObject({ status: 'open', flaps: 1, occurrences: 2, resolved_by: null, resolution: null });
    const timeline = await incidents.events(row?.id ?? '');
    expect(timeline.map(({ event, text }) => [event, text])).toEqual([
      ['opened', 'api restarts'],
      ['resolved', 'over'],
      ['reopened', 'Reported again 30 min after alertmanager resolved it; that is flap 1.'],
    ]);
  });

  it('is a new incident after the window', async () => {
    expect(await outcomes([firing(), 0], [cleared(at(4)), 5], [firing({ since: at(36) }), 36])).toEqual([
      'created',
      'resolved',
      'created',
    ]);
  });

  it('is open again although the source says it never stopped: it was away, and it still is wrong', async () => {
    expect(await outcomes([firing(), 0], [cleared(at(4)), 5], [firing(), 6])).toEqual([
      'created',
      'resolved',
      'reopened',
    ]);
  });

  it('is the past where an ordered source reports what began before its end', async () => {
    const late = firing({ isOrdered: true, since: at(1) });
    expect(await outcomes([firing({ isOrdered: true }), 0], [cleared(at(2)), 3], [late, 4], [late, 400])).toEqual([
      'created',
      'resolved',
      'stale',
      'stale',
    ]);
  });

  it('counts every flap, once each, also of many at the same time', async () => {
    await outcomes([firing(), 0], [cleared(at(1)), 1]);
    const found = await Promise.all(Array.from({ length: 20 }, () => record(firing({ since: at(2) }), 2)));
    expect(found.filter(({ outcome }) => outcome === 'reopened')).toHaveLength(1);
    expect((await all())[0]).toMatchObject({ flaps: 1, occurrences: 21 });
  });
});

describe('a change of status', () => {
  const acknowledge = (id: string, actor: string) =>
    store.transaction((transaction) =>
      recorder.move(transaction, id, {
        transition: 'acknowledge',
        change: { acknowledged_by: actor },
        event: { at: at(1).toISOString(), event: 'acknowledged', actor },
      }),
    );

  it('happens for one of many who ask at the same time', async () => {
    const { id = '' } = await record(firing(), 0);
    const people = Array.from({ length: 20 }, (_, index) => `p${index}`);
    const won = await Promise.all(people.map((person) => acknowledge(id, person)));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect((await all())[0]?.acknowledged_by).toBe(people[won.indexOf(true)]);
    expect(await events(id)).toEqual(['opened', 'acknowledged']);
  });

  it('does not happen to what was resolved meanwhile', async () => {
    const { id = '' } = await record(firing(), 0);
    await record(cleared(at(1)), 1);
    expect(await acknowledge(id, 'dave')).toBe(false);
    expect((await all())[0]).toMatchObject({ status: 'resolved', acknowledged_by: null });
  });

  it('comes with what an investigation found, forwards only', async () => {
    await record(firing({ analysis: 'memory leak' }), 0);
    expect((await all())[0]).toMatchObject({ status: 'analyzing', analysis: 'memory leak' });
    await record(firing({ proposedFix: 'restart', prUrl: 'https://github.com/a/b/pull/1' }), 1);
    await record(firing({ analysis: 'it was the cache' }), 2);
    const [row] = await all();
    expect(row).toMatchObject({ status: 'fix_proposed', analysis: 'it was the cache', proposed_fix: 'restart' });
    expect(await events(row?.id)).toEqual(['opened', 'analysis', 'fix_proposed']);
  });
});

describe('too much', () => {
  it('is counted in one incident that says so, for this team only', async () => {
    const many = Array.from({ length: 5 }, (_, index) => firing({ fingerprint: `alertmanager:${index}` }));
    const found = await outcomes(...many.map((report, index): [Firing, number] => [report, index]));
    expect(found).toEqual(['created', 'created', 'created', 'counted', 'counted']);
    expect(await outcomes([firing({ team: 'shop' }), 9], [many[0] as Firing, 9])).toEqual(['created', 'repeated']);
    const storm = (await all()).find(({ type }) => type === 'incident_storm');
    expect(storm).toMatchObject({ team: 'billing', severity: 'critical', occurrences: 2, source: 'mctl' });
    expect(storm?.summary).toMatch(/^3 incidents are active; further ones are only counted here/);
    expect(await incidents.evidence(storm?.id ?? '')).toEqual([
      expect.objectContaining({ kind: 'left_out', content: 'pod_crashloop from alertmanager: api restarts' }),
    ]);
  });

  it('of one incident goes, but for how it began', async () => {
    for (let index = 0; index < LIMITS.evidences + 5; index++) {
      await record(firing({ evidence: [{ kind: 'annotations', content: `value ${index}` }] }), index);
    }
    for (let index = 0; index < LIMITS.events; index++) {
      await outcomes([cleared(at(100 + index)), 100 + index], [firing({ since: at(100 + index) }), 100 + index]);
    }
    const [row] = await all();
    const [evidence, timeline] = [await incidents.evidence(row?.id ?? ''), await incidents.events(row?.id ?? '')];
    expect([evidence.length, evidence[0]?.content]).toEqual([LIMITS.evidences, 'value 0']);
    expect(evidence.at(-1)).toMatchObject({ content: 'a: b', seq: LIMITS.evidences + 6 });
    expect([timeline.length, timeline[0]?.event, timeline.at(-1)?.seq]).toEqual([LIMITS.events, 'opened', 201]);
  });
});

describe('the incidents of a team that was deleted', () => {
  it('end, and take nothing that is reported of a new team of that name', async () => {
    const before = await record(firing(), 0);
    await shelf.deleteTeam('billing', 1);
    const after = await record(firing({ since: at(2) }), 2);
    expect([after.outcome, after.id === before.id]).toEqual(['created', false]);
    const rows = await all();
    expect(rows.find(({ id }) => id === before.id)).toMatchObject({
      status: 'resolved',
      resolution: 'The team was deleted.',
    });
    const visible = await incidents.list({ teams: ['billing'], formerTeams: false }, EVERY);
    expect(visible.map(({ id }) => id)).toEqual([after.id]);
    expect(await incidents.find({ teams: ['billing'], formerTeams: false }, before.id?.slice(0, 8) ?? '')).toEqual([]);
    expect((await incidents.activeCounts({ teams: ['billing'], formerTeams: false })).team.get('billing')).toBe(1);
  });

  it('are not opened again by one of the new team', async () => {
    await outcomes([firing(), 0], [cleared(at(1)), 1]);
    await shelf.deleteTeam('billing', 2);
    expect(await outcomes([firing({ since: at(3) }), 3])).toEqual(['created']);
  });
});

describe('reading', () => {
  const DEV: Visibility = { teams: ['billing'], formerTeams: false };

  it('finds by a prefix only what may be seen', async () => {
    await record(firing(), 0);
    const [row] = await all();
    const twin = `${row?.id.slice(0, 20)}${'0'.repeat(12)}`;
    await store.db
      .insertInto('incidents')
      .values({ ...row, id: twin, team: 'shop' } as never)
      .execute();
    const prefix = twin.slice(0, 8);
    expect((await incidents.find(DEV, prefix)).map(({ id }) => id)).toEqual([row?.id]);
    expect(await incidents.find(ALL, prefix)).toHaveLength(2);
    expect(await incidents.find({ teams: [], formerTeams: false }, prefix)).toEqual([]);
    expect(await incidents.find(ALL, row?.id ?? '')).toHaveLength(1);
  });

  it('filters before it limits, newest report first', async () => {
    await record(firing({ fingerprint: 'x:1', severity: 'info', type: 'disk_full' }), 0);
    await record(firing({ fingerprint: 'x:2', team: 'shop' }), 1);
    await record(firing({ fingerprint: 'x:3', service: 'web' }), 2);
    const list = async (filter: Partial<IncidentFilter>, visibility = DEV) =>
      (await incidents.list(visibility, { ...EVERY, ...filter })).map(({ fingerprint }) => fingerprint);
    expect(await list({})).toEqual(['x:3', 'x:1']);
    expect(await list({ limit: 1 })).toEqual(['x:3']);
    expect(await list({ severity: 'info' })).toEqual(['x:1']);
    expect(await list({ type: 'disk_full', limit: 1 })).toEqual(['x:1']);
    expect(await list({ service: 'web' })).toEqual(['x:3']);
    expect(await list({ notBefore: at(1) }, ALL)).toEqual(['x:3', 'x:2']);
    expect(await list({ statuses: ['resolved'] })).toEqual([]);
    expect(await list({}, { teams: [], formerTeams: false })).toEqual([]);
    const [first] = await incidents.list(DEV, { limit: 1 });
    expect(await list({ after: { lastSeen: first?.last_seen ?? '', id: first?.id ?? '' } })).toEqual(['x:1']);
  });

  it('counts active ones over all rows that may be seen', async () => {
    await outcomes([firing({ fingerprint: 'x:1' }), 0], [firing({ fingerprint: 'x:2', severity: 'info' }), 0]);
    await outcomes([firing({ fingerprint: 'x:3', team: 'shop' }), 0], [cleared(at(1), { fingerprint: 'x:1' }), 1]);
    const counts = await incidents.activeCounts(ALL);
    expect(Object.fromEntries(counts.team)).toEqual({ billing: 1, shop: 1 });
    expect(Object.fromEntries(counts.severity)).toEqual({ info: 1, critical: 1 });
    expect(Object.fromEntries((await incidents.activeCounts(DEV)).status)).toEqual({ open: 1 });
  });
});
