import type { ResourceProfiles } from '../platform/config';
import type { Resources } from '../platform/gitops';
import { Quantity } from '../platform/quantity';
import { amount, type Unit } from './amount';
import type { DifferenceItem, SizingRecommended, SizingUsage, SizingWindow, UsageSpread } from './sizing.dto';
import { hoursOf, nearestProfile, type Recommended } from './sizing.policy';
import type { Measurements } from './sizing.queries';

type Spread = { readonly p95: Quantity; readonly max: Quantity };

export function windowPart(lookback: string, seconds: number, at: Date, measured?: Measurements): SizingWindow {
  const { firstSample, lastSample } = measured ?? {};
  return {
    lookback,
    from: new Date(at.getTime() - seconds * 1000).toISOString(),
    to: at.toISOString(),
    first_sample: timeOf(firstSample),
    last_sample: timeOf(lastSample),
    hours: measured ? Math.floor(hoursOf(measured) * 10) / 10 : 0,
  };
}

export function usagePart({ cpu, memory, oomKills, ranOut }: Measurements): SizingUsage {
  return {
    cpu: cpu ? spread(cpu, Quantity.MILLI, 'cores') : null,
    memory: memory ? spread(memory, Quantity.MEBI, 'bytes') : null,
    oom_kills: oomKills,
    ran_out_of_memory: ranOut ? amount(ranOut.roundedUpTo(Quantity.MEBI), 'bytes') : null,
  };
}

export function recommendedPart(
  recommended: Recommended,
  profiles: ResourceProfiles,
  measured: Measurements,
): SizingRecommended {
  const { name, profile, short } = nearestProfile(profiles, recommended, measured);
  const [cpu, memory] = [String(recommended.cpu), String(recommended.memory)];
  return {
    requests: { cpu, memory },
    limits: { memory },
    because: [...recommended.because],
    profile: { name, requests: profile.requests, limits: profile.limits, fits: short.length === 0, short: [...short] },
  };
}

/** What would change against today's values, key by key. */
export function differencePart({ cpu, memory }: Recommended, { requests, limits }: Resources): DifferenceItem[] {
  return [
    difference('requests.cpu', requests.cpu, cpu),
    difference('requests.memory', requests.memory, memory),
    difference('limits.memory', limits.memory, memory),
  ];
}

function difference(resource: string, current: string | undefined, wanted: Quantity): DifferenceItem {
  const today = current === undefined ? undefined : Quantity.parse(current);
  return {
    resource,
    current: current ?? null,
    recommended: String(wanted),
    change: today ? String(wanted.minus(today)) : null,
  };
}

function spread({ p95, max }: Spread, step: Quantity, unit: Unit): UsageSpread {
  return { p95: amount(p95.roundedUpTo(step), unit), max: amount(max.roundedUpTo(step), unit) };
}

function timeOf(seconds: number | undefined): string | null {
  return seconds === undefined ? null : new Date(seconds * 1000).toISOString();
}
