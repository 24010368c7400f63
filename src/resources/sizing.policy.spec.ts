import fc from 'fast-check';
import { DEFAULT_PROFILES } from '../platform/config';
import { Quantity } from '../platform/quantity';
import { lackingOf } from '../../test/support/sizing-reference';
import { nearestProfile, recommend, whatIsMissing } from './sizing.policy';
import { type Measurements, readMeasurements, type SizingQuery, sizingQueries } from './sizing.queries';
import { differencePart } from './sizing.view';

const q = (text: string) => Quantity.parse(text) ?? Quantity.zero;
const NOTHING = { requests: {}, limits: {} };

function measured(parts: Partial<Measurements> = {}): Measurements {
  return {
    cpu: { p95: q('120.4m'), max: q('900m') },
    memory: { p95: q('500Mi'), max: q('1000Mi') },
    samples: 1440,
    firstSample: 1_000_000,
    lastSample: 1_000_000 + 86_400,
    oomKills: 0,
    ...parts,
  };
}
const text = (found: ReturnType<typeof recommend>) => found && [String(found.cpu), String(found.memory)];

describe(recommend, () => {
  it('is the 95th percentile of CPU and the highest memory with 15 % on top, rounded up', () => {
    expect(text(recommend(measured(), NOTHING))).toEqual(['121m', '1150Mi']);
  });

  it('has floors', () => {
    const tiny = { cpu: { p95: q('1m'), max: q('1m') }, memory: { p95: q('1Mi'), max: q('86Mi') } };
    expect(text(recommend(measured(tiny), NOTHING))).toEqual(['10m', '100Mi']);
  });

  it.each([
    ['what ran out', { ranOut: q('1Gi') }, NOTHING, '1280Mi'],
    ['what ran out, unless more was used since', { ranOut: q('512Mi') }, NOTHING, '1150Mi'],
    ['today’s limit where nobody knows what ran out', {}, { requests: {}, limits: { memory: '2Gi' } }, '2560Mi'],
    ['the highest use where it is above that limit', {}, { requests: {}, limits: { memory: '1Mi' } }, '1250Mi'],
    ['the highest use where nobody knows anything', {}, NOTHING, '1250Mi'],
  ])('goes 25 %% above %s', (_, parts, declared, memory) => {
    expect(text(recommend(measured({ oomKills: 1, ...parts }), declared))?.[1]).toBe(memory);
  });

  it('does not look at today’s limit while nothing ran out', () => {
    expect(text(recommend(measured(), { requests: {}, limits: { memory: '8Gi' } }))?.[1]).toBe('1150Mi');
  });

  it('is never less than what was used', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 21n }), fc.bigInt({ min: 0n, max: 10n ** 15n }), (memory, cpu) => {
        const [used, cores] = [q(`${memory}n`), q(`${cpu}n`)];
        const found = recommend(
          measured({ memory: { p95: used, max: used }, cpu: { p95: cores, max: cores } }),
          NOTHING,
        );
        expect(used.scaledBy({ numerator: 115, denominator: 100 }).exceeds(found?.memory ?? Quantity.zero)).toBe(false);
        expect(cores.exceeds(found?.cpu ?? Quantity.zero)).toBe(false);
      }),
    );
  });
});

describe(whatIsMissing, () => {
  it.each([
    ['nothing at 24 hours and 100 samples', { samples: 100 }, undefined],
    ['hours', { lastSample: 1_000_000 + 86_399 }, /span 23\.9 hours/],
    ['samples', { samples: 99 }, /99 samples/],
    ['everything', { samples: 0 }, /no metrics/],
    ['CPU', { cpu: undefined }, /gaps/],
    ['memory', { memory: undefined }, /gaps/],
    ['times', { firstSample: undefined }, /span 0 hours/],
  ])('is %s', (_, parts, words) => {
    const found = whatIsMissing(measured(parts));
    if (words) expect(found).toMatch(words);
    else expect(found).toBeUndefined();
    expect(recommend(measured(parts), NOTHING) === undefined).toBe(words !== undefined);
  });
});

describe(nearestProfile, () => {
  it('finds lacking what the reference, in plain numbers, does', () => {
    const amounts = (cpu: number, gibi: number) => ({ cpu: String(cpu), memory: `${gibi}Gi` });
    for (const [cpu, memory, highestCpu] of [1, 2, 3].flatMap((a) => [1, 2, 3].map((b) => [a, b, 4 - a] as const))) {
      for (const [requested, limit] of [1, 2, 3].flatMap((a) => [2, 3].map((b) => [a, b] as const))) {
        const one = { requests: amounts(2, requested), limits: amounts(2, limit) };
        const numbers = { requests: { cpu: 2, memory: requested }, limits: { cpu: 2, memory: limit } };
        const profiles = { startup: one, 'steady-medium': one, 'steady-small': one };
        const recommended = { cpu: q(String(cpu)), memory: q(`${memory}Gi`), because: [] };
        const measured = { cpu: { p95: q('1'), max: q(String(highestCpu)) } };
        const { short } = nearestProfile(profiles, recommended, measured);
        expect(short).toEqual(lackingOf(numbers, { cpu, memory, highestCpu }));
      }
    }
  });

  const nearest = (cpu: string, memory: string, max = '1m') => {
    const recommended = { cpu: q(cpu), memory: q(memory), because: [] };
    const { name, short } = nearestProfile(DEFAULT_PROFILES, recommended, { cpu: { p95: q(cpu), max: q(max) } });
    return [name, ...short];
  };

  it.each([
    ['10m', '100Mi', '1', ['steady-small']],
    ['250m', '768Mi', '1', ['steady-small']],
    ['251m', '1Gi', '1', ['steady-medium']],
    ['10m', '769Mi', '1', ['steady-medium']],
    ['10m', '1025Mi', '1', ['startup', 'requests.memory']],
    ['10m', '1Gi', '1001m', ['steady-medium']],
    ['10m', '3073Mi', '1', ['startup', 'requests.memory']],
    ['10m', '1Gi', '1501m', ['startup']],
    ['501m', '1Gi', '1', ['startup', 'requests.cpu']],
    ['600m', '5Gi', '3', ['startup', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory']],
  ])('for %s CPU, %s memory, at most %s CPU is %j', (cpu, memory, max, expected) => {
    expect(nearest(cpu, memory, max)).toEqual(expected);
  });

  it('has no room where it requests less memory than is recommended, whatever its limit', () => {
    const { startup } = DEFAULT_PROFILES;
    const lean = { ...startup, requests: { ...startup.requests, memory: '128Mi' } };
    const recommended = { cpu: q('10m'), memory: q('1Gi'), because: [] };
    const profiles = { startup: lean, 'steady-medium': lean, 'steady-small': lean };
    expect(nearestProfile(profiles, recommended, {}).short).toEqual(['requests.memory']);
  });

  it('goes by size, not by name', () => {
    const turned = {
      ...DEFAULT_PROFILES,
      startup: DEFAULT_PROFILES['steady-small'],
      'steady-small': DEFAULT_PROFILES.startup,
    };
    const recommended = { cpu: q('10m'), memory: q('768Mi'), because: [] };
    expect(nearestProfile(turned, recommended, {}).name).toBe('startup');
  });
});

it('says what would change against today, with its sign', () => {
  const recommended = { cpu: q('121m'), memory: q('1150Mi'), because: [] };
  expect(differencePart(recommended, { requests: { cpu: '500m', memory: '1Gi' }, limits: {} })).toEqual([
    { resource: 'requests.cpu', current: '500m', recommended: '121m', change: '-379m' },
    { resource: 'requests.memory', current: '1Gi', recommended: '1150Mi', change: '126Mi' },
    { resource: 'limits.memory', current: null, recommended: '1150Mi', change: null },
  ]);
});

describe(readMeasurements, () => {
  const scope = { namespace: 'a', deployment: 'a-b', container: 'b', lookbackSeconds: 86_400 };
  const names = Object.keys(sizingQueries(scope)) as SizingQuery[];
  const answers = (values: Partial<Record<SizingQuery, string>>) =>
    Object.fromEntries(
      names.map((name) => [name, values[name] === undefined ? [] : [{ labels: {}, value: q(values[name] ?? '') }]]),
    ) as unknown as Parameters<typeof readMeasurements>[0];

  it('reads nothing as nothing', () => {
    expect(readMeasurements(answers({}))).toEqual({ samples: 0, oomKills: 0 });
  });

  it('counts the fewer samples and the more kills, which are whole numbers', () => {
    const found = readMeasurements(
      answers({ cpuSamples: '90', memorySamples: '100', oomEvents: '2.0034', oomKilledPods: '1' }),
    );
    expect(found).toMatchObject({ samples: 90, oomKills: 2 });
  });

  it('asks for one namespace, one deployment’s pods and one container, wherever a metric stands', () => {
    const all = Object.values(sizingQueries({ ...scope, deployment: 'a.b' })).join('\n');
    const own = String.raw`{namespace="a",pod=~"a\\.b-[a-z0-9]{1,10}-[a-z0-9]{5}",container="b"`;
    const metrics = [...all.matchAll(/(?:container|kube)_[a-z_]+/g)];
    expect(metrics).toHaveLength(12);
    for (const { index, 0: name } of metrics) expect(all.slice(index + name.length).startsWith(own)).toBe(true);
  });
});
