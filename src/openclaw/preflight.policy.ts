import { at, flagAt, isNullAt, mapAt, quantityMapAt, type World } from '../platform/gitops';
import type { Warning } from '../platform/operations/plan';
import { Quantity } from '../platform/quantity';
import { type UsageFigure, usageOf } from '../resources';
import { dataOf } from '../services';
import type { Onboarding } from './onboarding';

/** One thing of which the team has too little. */
export interface Shortfall {
  /** Key of the team's quota, e.g. `limits.cpu`, or of another part of its file, e.g. `networking.allowInternetEgress`. */
  readonly field: string;
  /** By OpenClaw as it starts: profile startup, with its volume. */
  readonly required: string;
  /** What is left of it, all other services of the team at their most. */
  readonly actual: string;
}

export interface Preflight {
  readonly shortfalls: readonly Shortfall[];
  /** What could not be counted, e.g. files that cannot be read. */
  readonly warnings: readonly Warning[];
}

/**
 * Whether an OpenClaw fits into its team beside what the manifests of the others ask for. Its database runs on the platform's server
 * and takes nothing of the team's quota.
 * @param text its values file as it would be deployed.
 */
export function preflight(world: World, { team, service }: Onboarding, text: string): Preflight {
  const after = world.with([{ path: world.layout.serviceFile(team, service), content: text }]);
  const [was, will] = [usageOf(world, team), usageOf(after, team)];
  const others = figuresOf(was);
  return {
    shortfalls: [
      ...figuresOf(will).flatMap((figure, index) => quotaShortfall(others[index], figure)),
      ...limitShortfalls(after, team, service),
      ...networkShortfalls(world, team),
    ],
    warnings: was.warnings.filter(({ code }) => code !== 'over_quota'),
  };
}

/** What kind of shortage it is; each is mended elsewhere. The quota comes last, as it alone may be mended by scaling others down. */
export type ShortfallCode = 'internet_egress_needed' | 'limit_range_too_small' | 'quota_too_small';

/** What to do about one kind of shortage, and about which shortfalls. */
export interface Shortage {
  readonly code: ShortfallCode;
  readonly shortfalls: readonly Shortfall[];
  /** What is wrong, as a sentence. */
  readonly message: string;
  readonly fix: string;
}

interface Kind extends Pick<Shortage, 'code' | 'fix'> {
  readonly words: string;
  readonly isOne: (field: string) => boolean;
}

/** The shortfalls by kind, each with its words. */
export function shortagesOf(shortfalls: readonly Shortfall[]): Shortage[] {
  return KINDS.map(({ code, words, fix, isOne }) => {
    const some = shortfalls.filter(({ field }) => isOne(field));
    return { code, shortfalls: some, message: `${words} ${inWords(some)}.`, fix };
  }).filter((shortage) => shortage.shortfalls.length > 0);
}

const isNetwork = (field: string): boolean => field.startsWith('networking.');
const isLimit = (field: string): boolean => field.startsWith('limitRange.');
const KINDS: readonly Kind[] = [
  {
    code: 'internet_egress_needed',
    words: 'The team’s pods may not reach the internet, where Telegram and the model’s provider are.',
    fix: 'Have a platform admin allow it in the team’s file (networking.allowInternetEgress: true).',
    isOne: isNetwork,
  },
  {
    code: 'limit_range_too_small',
    words: 'The team’s LimitRange allows no container as large as OpenClaw’s.',
    fix: 'Have a platform admin raise limitRange.max in the team’s file; scaling other services down does not help.',
    isOne: isLimit,
  },
  {
    code: 'quota_too_small',
    words: 'The team’s quota has too little left.',
    fix: 'Scale other services of the team down, or have a platform admin raise the quota in the team’s file.',
    isOne: (field) => !isNetwork(field) && !isLimit(field),
  },
];

/** E.g. `limits.cpu: needs 2, has 500m`. */
export function inWords(shortfalls: readonly Shortfall[]): string {
  return shortfalls.map(({ field, required, actual }) => `${field}: needs ${required}, has ${actual}`).join('; ');
}

function figuresOf({ cpu, memory, pods, storage }: ReturnType<typeof usageOf>): UsageFigure[] {
  return [cpu.requests, cpu.limits, memory.requests, memory.limits, pods, storage.requests, storage.claims];
}

function quotaShortfall(others: UsageFigure | undefined, { resource, used, hard }: UsageFigure): Shortfall[] {
  const [whole, all, before] = [hard?.quantity, used.quantity, others?.used.quantity].map(
    (written) => Quantity.parse(written ?? '') ?? Quantity.zero,
  ) as [Quantity, Quantity, Quantity];
  // An unset quota holds nothing back.
  if (hard === null || !all.exceeds(whole) || !all.exceeds(before)) return [];
  const left = before.exceeds(whole) ? Quantity.zero : whole.minus(before);
  return [{ field: resource, required: String(all.minus(before)), actual: String(left) }];
}

/** Largest limits of one container by chart `tenant` (charts/tenant/values.yaml); `null` in the file takes one out. */
const CHART_MAX: Readonly<Record<string, string>> = { cpu: '2', memory: '4Gi' };

/** The API server refuses a pod with a container above the LimitRange, whatever the quota says. */
function limitShortfalls(after: World, team: string, service: string): Shortfall[] {
  const tenant = at(dataOf(after.text(after.layout.tenantFile(team)) ?? ''), 'tenant');
  if (flagAt(tenant, 'limitRange', 'enabled') === false || isNullAt(tenant, 'limitRange')) return [];
  const written = mapAt(tenant, 'limitRange', 'max');
  const largest = { ...CHART_MAX, ...quantityMapAt(tenant, 'limitRange', 'max') };
  const limits = after.service(team, service)?.resources.limits ?? {};
  return Object.entries(largest).flatMap(([key, most]) => {
    const [limit, max] = [Quantity.parse(limits[key] ?? ''), Quantity.parse(most)];
    if (isNullAt(written, key) || !limit || !max || !limit.exceeds(max)) return [];
    return [{ field: `limitRange.max.${key}`, required: String(limit), actual: String(max) }];
  });
}

/** Telegram and the model's provider are on the internet: without them it starts, fails and starts again for ever. */
function networkShortfalls(world: World, team: string): Shortfall[] {
  if (world.tenant(team)?.networking.internetEgress === true) return [];
  return [{ field: 'networking.allowInternetEgress', required: 'true', actual: 'false' }];
}
