import fc from 'fast-check';
import { oddService, oddServices, SECTION_NAMES } from '../../test/factories/odd-values';
import {
  type Call,
  changedFiles,
  changedScalars,
  dotted,
  expectOnlyTouched,
  factsOf,
  lostComments,
  type Path,
  planCall,
  shown,
  type Trip,
} from '../../test/factories/round-trip';
import { SERVICE, SERVICE_TRIPS, TEAM } from '../../test/factories/service-round-trips';
import { aWorld } from '../../test/factories/world';
import { Conflict } from '../platform/errors';
import type { World } from '../platform/gitops';

/** Thousands were tried when this was written: `YAML_RUNS=5000` does it again and prints how often the bytes came back. */
const RUNS = Number(process.env['YAML_RUNS'] ?? 100);
const LARGE_RUNS = Math.ceil(RUNS / 100);
const NEIGHBOURS = {
  'billing/other': '# untouched\nimage: {repository: a/b, tag: "1"}',
  'billing/third': 'image: {tag: x}\r\n',
};

function worldOf(text: string): World {
  return aWorld({
    tenants: { [TEAM]: { quotas: {} } },
    services: { ...NEIGHBOURS, [`${TEAM}/${SERVICE}`]: text },
  });
}

const path = worldOf('').layout.serviceFile(TEAM, SERVICE);
const textIn = (world: World) => world.text(path) ?? '';

/** The world after a call, which may change these places of one file and no other file. */
function after(world: World, touches: readonly Path[], call: Call): World {
  const plan = planCall(call, world);
  const next = world.with(plan.changes);
  expect(changedFiles(world, next).filter((each) => each !== path)).toEqual([]);
  const differs = changedScalars(textIn(world), textIn(next));
  const said = (plan.answer as { changed: { key: string }[] }).changed.map(({ key }) => key);
  expect(differs).toEqual(expect.arrayContaining(said));
  const allowed = touches.map(dotted);
  const isAllowed = (key: string) =>
    allowed.some(
      (place) => `${key}.`.startsWith(`${place}.`) || key.startsWith(`${place}[`) || place.startsWith(`${key}.`),
    );
  expect(differs.filter((key) => !isAllowed(key))).toEqual([]);
  return next;
}

/** Undefined where the call is refused because its place is shared through an anchor. */
function callOrRefusal(start: World, { touches, call }: Trip, shared: boolean): World | undefined {
  try {
    return after(start, touches, call);
  } catch (error) {
    if (!(error instanceof Conflict) || error.code !== 'unsafe_edit') throw error;
    if (!shared) throw new Error(`refused without a reason: ${error.message}\n${shown(textIn(start), '')}`);
    return undefined;
  }
}

type Outcome = 'refused' | 'same bytes' | 'other bytes';

function thereAndBack(text: string, trip: Trip, shared: boolean): Outcome {
  const there = callOrRefusal(worldOf(text), trip, shared);
  if (!there) return 'refused';
  const changed = textIn(there);
  expectOnlyTouched(text, changed, trip.touches, trip.deletes);
  const lost = lostComments(text, changed, trip.deletes ? trip.touches : []);
  if (lost.length > 0) throw new Error(`lost ${lost.join(' and ')}\n${shown(text, changed)}`);
  const places = trip.leaves ?? trip.touches;
  const back = textIn(trip.undo.reduce((world, call) => after(world, places, call), there));
  expectOnlyTouched(text, back, places, trip.moves);
  if (back === text) return 'same bytes';
  if (trip.exact) throw new Error(`not the same bytes\n${shown(text, changed)}\n${shown(text, back)}`);
  return 'other bytes';
}

describe('files as people keep them', () => {
  it('are what the generator says they are', () => {
    fc.assert(
      fc.property(oddServices, ({ text, data }) => {
        expect(factsOf(text, 0).data).toEqual(data);
      }),
      { numRuns: RUNS },
    );
  });
});

describe.each(Object.entries(SERVICE_TRIPS))('%s there and back', (_, trips) => {
  it.each(Object.entries(trips))('%s', (name, make) => {
    const count: Record<Outcome, number> = { refused: 0, 'same bytes': 0, 'other bytes': 0 };
    fc.assert(
      fc.property(oddServices, fc.nat(999), ({ text, shared }, choice) => {
        const trip = make(factsOf(text, choice));
        if (trip) count[thereAndBack(text, trip, shared)] += 1;
      }),
      { numRuns: RUNS },
    );
    expect(count['same bytes'] + count['other bytes']).toBeGreaterThan(0);
    expect(count.refused).toBeLessThanOrEqual(Math.max(4, RUNS * 0.05));
    if (RUNS > 1000) process.stdout.write(`${name}: ${JSON.stringify(count)}\n`);
  });

  it.each(Object.entries(trips))('%s, in a file of 70 kB with scripts', (_name, make) => {
    for (let seed = 0; seed < LARGE_RUNS; seed += 1) {
      const { text, shared } = oddService(seed * 7919, SECTION_NAMES, 150);
      expect(text.length).toBeGreaterThan(70_000);
      const trip = make(factsOf(text, seed));
      if (trip) thereAndBack(text, trip, shared);
    }
  });
});
