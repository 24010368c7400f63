import { Conflict } from '../platform/errors';
import { peakReplicas, type Service, type World } from '../platform/gitops';
import type { Warning } from '../platform/operations/plan';
import { Quantity } from '../platform/quantity';
import { CONTAINER_RESOURCES, podDemand } from './demand.policy';

/** Keys of a ResourceQuota that a service's pods count against. */
const RESOURCES = [...CONTAINER_RESOURCES, 'pods'] as const;
type Resource = (typeof RESOURCES)[number];

/** Numbers of one resource, as Kubernetes quantities. */
export interface Shortfall {
  /** By this service after the change, all replicas that can exist at once. */
  readonly needed: string;
  /** By the team's other services. */
  readonly used: string;
  readonly hard: string;
}

/**
 * Whether the team's quota has room for the service as it would be. What does not ask for more than before always fits: a team that
 * is over its quota already must be able to scale down.
 * @returns warnings for what could not be counted.
 * @throws Conflict `quota_exceeded` with the numbers of each resource that does not suffice.
 */
export function checkQuota({ before, after }: Versions, team: string, name: string, sizedBy?: string): Warning[] {
  const [was, service] = [before.service(team, name), after.service(team, name)];
  if (!service) return [];
  const neighbours = () => {
    const { services, problems } = after.services(team);
    return { others: services.filter((other) => other.name !== name), unreadable: problems.length };
  };
  return checkRoom({ owner: team, was, service, neighbours, quotas: after.tenant(team)?.quotas ?? {}, sizedBy });
}

/** The repository without and with the change. */
interface Versions {
  readonly before: World;
  readonly after: World;
}

/** What shares one ResourceQuota. */
export interface Room {
  /** Whose quota it is, for the error. */
  readonly owner: string;
  /** As it is now; absent where it is new. */
  readonly was?: Service;
  readonly service: Service;
  /** Read only where the change needs more than before. */
  readonly neighbours: () => { readonly others: readonly Service[]; readonly unreadable: number };
  readonly quotas: Readonly<Record<string, string>>;
  /** What to do where it does not fit; absent = what helps a service. */
  readonly fix?: string;
  /** Argument by which the caller said how many replicas there are; absent = the call was about something else. */
  readonly sizedBy?: string;
}

/** As `checkQuota`, for any namespace. @throws Conflict `quota_exceeded`. */
export function checkRoom(room: Room): Warning[] {
  const { was, service, neighbours, quotas } = room;
  const growing = RESOURCES.filter((resource) => !was || needOf(service, resource).exceeds(needOf(was, resource)));
  if (growing.length === 0) return [];
  const { others, unreadable: missing } = neighbours();
  const short = growing.flatMap((resource) => shortfallOf(resource, quotas[resource], service, others));
  if (short.length > 0) throw exceeded(room, Object.fromEntries(short));
  return [...unreadable(missing), ...uncountable([service, ...others]), ...unusableQuotas(quotas)];
}

function shortfallOf(
  resource: Resource,
  quota: string | undefined,
  service: Service,
  others: readonly Service[],
): [Resource, Shortfall][] {
  const hard = quota === undefined ? undefined : Quantity.parse(quota);
  const needed = needOf(service, resource);
  const used = others.reduce((sum, other) => sum.plus(needOf(other, resource)), Quantity.zero);
  if (!hard || !used.plus(needed).exceeds(hard)) return [];
  return [[resource, { needed: String(needed), used: String(used), hard: String(hard) }]];
}

/** What all replicas that can exist at once take of a resource; nothing where the file says no quantity. */
function needOf(service: Service, resource: Resource, replicas = peakReplicas(service)): Quantity {
  return resource === 'pods' ? Quantity.of(replicas) : (podDemand(service, resource) ?? Quantity.zero).times(replicas);
}

/** What helps a service. */
function fixFor(replicas: string): string {
  return `Ask for ${replicas}, scale another service of the team down, or have a platform admin raise the quota.`;
}

function exceeded(room: Room, short: Readonly<Record<string, Shortfall>>): Conflict {
  const { owner, service, sizedBy } = room;
  const numbers = Object.entries(short).map(
    ([resource, { needed, used, hard }]) => `${resource}: needs ${needed}, other services use ${used}, quota ${hard}`,
  );
  const most = sizedBy === undefined ? 0 : mostReplicas(room, short);
  return new Conflict(`This does not fit into the quota of ${owner}. ${numbers.join('; ')}.`, {
    code: 'quota_exceeded',
    ...(sizedBy !== undefined && { field: sizedBy, got: String(peakReplicas(service)) }),
    ...(most > 0 && { expected: `at most ${most}` }),
    details: short,
    fix: room.fix ?? fixFor(most > 0 ? `at most ${most}` : 'fewer replicas'),
  });
}

/** The largest number of replicas that would not be refused; 0 where there is none. */
function mostReplicas({ was, service }: Room, short: Readonly<Record<string, Shortfall>>): number {
  const limits = Object.entries(short).map(([name, { used, hard }]) => {
    const resource = name as Resource;
    const free = (Quantity.parse(hard) ?? Quantity.zero).minus(Quantity.parse(used) ?? Quantity.zero);
    return { resource, free: was ? free.max(needOf(was, resource)) : free };
  });
  const fits = (replicas: number): boolean =>
    limits.every(({ resource, free }) => !needOf(service, resource, replicas).exceeds(free));
  // A file may say any number of replicas, so the search halves instead of counting down.
  let [most, tooMany] = [0, peakReplicas(service)];
  while (tooMany - most > 1) {
    const middle = Math.floor((most + tooMany) / 2);
    if (fits(middle)) most = middle;
    else tooMany = middle;
  }
  return most;
}

function unreadable(files: number): Warning[] {
  if (files === 0) return [];
  const message = `${files} service ${files === 1 ? 'file' : 'files'} of the team cannot be read and did not count against the quota.`;
  return [{ code: 'quota_uncertain', message }];
}

function uncountable(services: readonly Service[]): Warning[] {
  const names = services
    .filter((service) => CONTAINER_RESOURCES.some((resource) => !podDemand(service, resource)))
    .map(({ name }) => name);
  if (names.length === 0) return [];
  return [
    {
      code: 'quota_uncertain',
      message: `Resources of ${names.join(', ')} are no quantities and did not count against the quota.`,
    },
  ];
}

function unusableQuotas(quotas: Readonly<Record<string, string>>): Warning[] {
  const unusable = RESOURCES.filter((resource) => quotas[resource] !== undefined && !Quantity.parse(quotas[resource]));
  return unusable.map((resource) => ({
    code: 'quota_uncertain',
    message: `The team’s quota for ${resource} is no quantity, so nothing was held against it.`,
  }));
}
