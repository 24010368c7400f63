import type { Series } from './test-prometheus';

/**
 * What Prometheus should find, worked out from the raw samples without PromQL: the definitions of its documentation, written down
 * a second time.
 */
const STALE_SECONDS = 300;
const STEP_SECONDS = 60;

interface Range {
  readonly from: number;
  readonly to: number;
}

type Samples = Series['samples'];

/** The moments of a subquery: whole minutes. */
function steps({ from, to }: Range): number[] {
  const first = Math.ceil(from / STEP_SECONDS) * STEP_SECONDS;
  return Array.from(
    { length: Math.floor((to - first) / STEP_SECONDS) + 1 },
    (_, index) => first + index * STEP_SECONDS,
  );
}

function within(samples: Samples, { from, to }: Range): Samples {
  return samples.filter(([at]) => at >= from && at <= to);
}

function latest(samples: Samples, at: number): number | undefined {
  return within(samples, { from: at - STALE_SECONDS, to: at }).at(-1)?.[1];
}

/** Slope of a counter over five minutes; its samples are regular, so that extending it to the edges changes nothing. */
function slope(samples: Samples, at: number): number | undefined {
  const inside = within(samples, { from: at - STALE_SECONDS, to: at });
  const [first, last] = [inside[0], inside.at(-1)];
  return first && last && last !== first ? (last[1] - first[1]) / (last[0] - first[0]) : undefined;
}

function highest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value): value is number => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** Between the two nearest ranks, as `quantile_over_time` has it. */
export function percentile95(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = 0.95 * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(rank)] ?? NaN, sorted[Math.ceil(rank)] ?? NaN];
  return low + (high - low) * (rank - Math.floor(rank));
}

/** The busiest replica at each moment. */
function overTime(
  series: readonly Series[],
  range: Range,
  value: (samples: Samples, at: number) => number | undefined,
) {
  return steps(range)
    .map((at) => highest(series.map(({ samples }) => value(samples, at))))
    .filter((each): each is number => each !== undefined);
}

export function expectedCpu(series: readonly Series[], range: Range) {
  const values = overTime(series, range, slope);
  return { p95: percentile95(values), max: Math.max(...values) };
}

export function expectedMemory(series: readonly Series[], range: Range) {
  const all = series.flatMap(({ samples }) => within(samples, range).map(([, value]) => value));
  return { p95: percentile95(overTime(series, range, latest)), max: Math.max(...all) };
}

export function samplesIn(series: readonly Series[], range: Range): number {
  return series.reduce((sum, { samples }) => sum + within(samples, range).length, 0);
}

/** What a profile lacks, all in cores and bytes: memory is wanted as request and limit alike, CPU as request, with the highest seen below its limit. */
export function lackingOf(
  profile: Record<'requests' | 'limits', { readonly cpu: number; readonly memory: number }>,
  wanted: { readonly cpu: number; readonly memory: number; readonly highestCpu: number },
): string[] {
  const { requests, limits } = profile;
  const lacking = [
    requests.cpu < wanted.cpu && 'requests.cpu',
    requests.memory < wanted.memory && 'requests.memory',
    limits.cpu < wanted.highestCpu && 'limits.cpu',
    limits.memory < wanted.memory && 'limits.memory',
  ];
  return lacking.filter((each) => each !== false);
}
