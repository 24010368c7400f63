import { PROFILE_NAMES, type ProfileName, type ResourceProfile, type ResourceProfiles } from '../platform/config';
import type { Resources } from '../platform/gitops';
import { Quantity } from '../platform/quantity';
import type { Measurements } from './sizing.queries';

const HOURS_NEEDED = 24;
const SAMPLES_NEEDED = 100;

const LEAST_CPU = Quantity.MILLI.times(10);
const LEAST_MEMORY = Quantity.MEBI.times(100);
const ABOVE_MAX = { numerator: 115, denominator: 100 };
const ABOVE_RAN_OUT = { numerator: 125, denominator: 100 };

/** A recommendation for one container. No CPU limit: throttling helps nobody, and memory is what cannot be shared. */
export interface Recommended {
  readonly cpu: Quantity;
  /** Request and limit alike: memory beyond the request may be taken back at any time, by a kill. */
  readonly memory: Quantity;
  /** How each figure came about, for people. */
  readonly because: readonly string[];
}

/** Hours between the first and the last sample. */
export function hoursOf({ firstSample, lastSample }: Measurements): number {
  return firstSample === undefined || lastSample === undefined ? 0 : (lastSample - firstSample) / 3600;
}

/** Why the measurements are too few to say anything; undefined where they suffice. A recommendation is never a guess. */
export function whatIsMissing(measured: Measurements): string | undefined {
  const { samples, cpu, memory } = measured;
  if (samples === 0) return 'There are no metrics of this service’s pods.';
  const hours = hoursOf(measured);
  if (hours < HOURS_NEEDED) {
    // Cut, not rounded: 23.96 hours are not 24.
    return `The metrics span ${Math.floor(hours * 10) / 10} hours, and ${HOURS_NEEDED} are needed.`;
  }
  if (samples < SAMPLES_NEEDED) return `There are ${samples} samples, and ${SAMPLES_NEEDED} are needed.`;
  return cpu && memory ? undefined : 'The metrics have too many gaps.';
}

/**
 * CPU: the 95th percentile, at least 10m. Memory: the highest ever seen and 15 % more, at least 100Mi, and 25 % more than what
 * ran out (KRR's `simple` strategy). Undefined where `whatIsMissing`.
 * @param declared the container's resources in git: the limit that ran out where kube-state-metrics does not tell.
 */
export function recommend(measured: Measurements, declared: Resources): Recommended | undefined {
  const { cpu, memory, oomKills } = measured;
  if (whatIsMissing(measured) !== undefined || !cpu || !memory) return undefined;
  const usual = memory.max.scaledBy(ABOVE_MAX).roundedUpTo(Quantity.MEBI);
  const ranOut = oomKills === 0 ? undefined : (measured.ranOut ?? largest(declared.limits.memory, memory.max));
  const enough = ranOut?.scaledBy(ABOVE_RAN_OUT).roundedUpTo(Quantity.MEBI);
  return {
    cpu: cpu.p95.roundedUpTo(Quantity.MILLI).max(LEAST_CPU),
    memory: LEAST_MEMORY.max(usual).max(enough ?? usual),
    because: [
      'cpu: 95th percentile over time of the busiest replica, at least 10m',
      'memory: highest working set of any replica × 1.15, at least 100Mi',
      ...(ranOut ? [`memory: ran out at ${String(ranOut.roundedUpTo(Quantity.MEBI))}, so at least that × 1.25`] : []),
    ],
  };
}

function largest(declared: string | undefined, seen: Quantity): Quantity {
  const limit = declared === undefined ? undefined : Quantity.parse(declared);
  return limit ? limit.max(seen) : seen;
}

export interface NearestProfile {
  readonly name: ProfileName;
  readonly profile: ResourceProfile;
  /** What of it is less than needed; empty where it fits. */
  readonly short: readonly string[];
}

/**
 * The smallest profile that is large enough; the largest where none is. Large enough: it requests the recommended CPU, its CPU
 * limit is above the highest seen, its memory request and limit both hold the recommended memory.
 */
export function nearestProfile(
  profiles: ResourceProfiles,
  recommended: Recommended,
  { cpu }: Pick<Measurements, 'cpu'>,
): NearestProfile {
  const bySize = [...PROFILE_NAMES].sort((a, b) => compareSizes(profiles[a], profiles[b]));
  const judge = (name: ProfileName): NearestProfile => {
    const { requests, limits } = profiles[name];
    const short = [
      ...(isLess(requests.cpu, recommended.cpu) ? ['requests.cpu'] : []),
      ...(isLess(requests.memory, recommended.memory) ? ['requests.memory'] : []),
      ...(isLess(limits.cpu, cpu?.max ?? Quantity.zero) ? ['limits.cpu'] : []),
      ...(isLess(limits.memory, recommended.memory) ? ['limits.memory'] : []),
    ];
    return { name, profile: profiles[name], short };
  };
  const enough = bySize.map(judge).find(({ short }) => short.length === 0);
  return enough ?? judge(bySize.at(-1) ?? PROFILE_NAMES[0]);
}

/** By what kills first: memory, then CPU. */
function compareSizes(a: ResourceProfile, b: ResourceProfile): number {
  const keys = [
    [a.limits.memory, b.limits.memory],
    [a.limits.cpu, b.limits.cpu],
    [a.requests.memory, b.requests.memory],
    [a.requests.cpu, b.requests.cpu],
  ] as const;
  return keys.map(([x, y]) => quantityOf(x).compareTo(quantityOf(y))).find((order) => order !== 0) ?? 0;
}

function isLess(text: string, than: Quantity): boolean {
  return than.exceeds(quantityOf(text));
}

/** Profiles are checked when the program starts. */
function quantityOf(text: string): Quantity {
  return Quantity.parse(text) ?? Quantity.zero;
}
