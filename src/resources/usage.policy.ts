import { Conflict } from '../platform/errors';
import { at, isPlain, mapAt, peakReplicas, type Service, type World } from '../platform/gitops';
import type { WarningItem } from '../platform/operations/answer.dto';
import { Quantity } from '../platform/quantity';
import { CONTAINER_RESOURCES, type ContainerResource, dataOf, podDemand } from '../services';
import { amount, type Unit, writtenAmount } from './amount';
import type { ResourceUsage, ServiceUsage, UsageFigure } from './resources.dto';

/** Quotas of a team whose file does not name them (charts/tenant/values.yaml); `null` in the file takes one out. */
export const CHART_QUOTAS: Readonly<Record<string, string>> = {
  'requests.cpu': '500m',
  'requests.memory': '1280Mi',
  'limits.cpu': '3',
  'limits.memory': '4Gi',
  pods: '10',
  persistentvolumeclaims: '5',
};

export const UNIT_OF: Readonly<Record<string, Unit>> = {
  'requests.cpu': 'cores',
  'limits.cpu': 'cores',
  'requests.memory': 'bytes',
  'limits.memory': 'bytes',
  'requests.storage': 'bytes',
};

/** What the services of a team may take at once and at least, by key of the ResourceQuota. */
interface Demand {
  readonly most: Quantity;
  readonly least: Quantity;
}

export type Figures = Pick<ResourceUsage, 'cpu' | 'memory' | 'pods' | 'storage' | 'warnings'>;

/** What a team's manifests ask for against its quota. Pure; files that cannot be read are in the warnings, never silently left out. */
export function usageOf(world: World, team: string): Figures & { services: ServiceUsage[] } {
  const { services, problems } = world.services(team);
  const { hard, warnings } = readQuotas(world, team);
  const figure = (resource: string, demandOf: (service: Service) => Demand) =>
    figureOf(resource, services.map(demandOf), hard[resource]);
  const ofPods = (resource: ContainerResource) => figure(resource, (service) => podsDemand(service, resource));
  const figures = {
    cpu: { requests: ofPods('requests.cpu'), limits: ofPods('limits.cpu') },
    memory: { requests: ofPods('requests.memory'), limits: ofPods('limits.memory') },
    pods: figure('pods', replicasDemand),
    storage: {
      requests: figure('requests.storage', (service) => fixed(storageOf(service))),
      claims: figure('persistentvolumeclaims', ({ claims }) => fixed(Quantity.of(claims.length))),
    },
  };
  return {
    ...figures,
    services: services.map(serviceUsage),
    warnings: [
      ...warnings,
      ...problems.map(({ message }) => ({ code: 'unreadable_file', message: `${message} It is not counted.` })),
      ...uncounted(services),
      ...tooMuch(figures),
    ],
  };
}

/** Replicas that run at the least; `peakReplicas` says how many at most. */
function leastReplicas({ autoscaling, replicas }: Service): number {
  return autoscaling.enabled ? autoscaling.minReplicas : replicas;
}

function podsDemand(service: Service, resource: ContainerResource): Demand {
  const one = podDemand(service, resource) ?? Quantity.zero;
  return { most: one.times(peakReplicas(service)), least: one.times(leastReplicas(service)) };
}

function replicasDemand(service: Service): Demand {
  return { most: Quantity.of(peakReplicas(service)), least: Quantity.of(leastReplicas(service)) };
}

function fixed(quantity: Quantity): Demand {
  return { most: quantity, least: quantity };
}

function storageOf({ claims }: Service): Quantity {
  return claims.reduce((sum, { size }) => sum.plus(Quantity.parse(size) ?? Quantity.zero), Quantity.zero);
}

function figureOf(resource: string, demands: readonly Demand[], hard: string | undefined): UsageFigure {
  const unit = UNIT_OF[resource] ?? 'count';
  const sum = (kind: keyof Demand) => demands.reduce((total, each) => total.plus(each[kind]), Quantity.zero);
  const most = sum('most');
  const whole = hard === undefined ? undefined : Quantity.parse(hard);
  return {
    resource,
    used: amount(most, unit),
    used_at_least: amount(sum('least'), unit),
    hard: (hard !== undefined && writtenAmount(hard, unit)) || null,
    percent: (whole && most.percentOf(whole)) ?? null,
    counted: null,
  };
}

function serviceUsage(service: Service): ServiceUsage {
  const taken = (resource: ContainerResource) =>
    amount(podsDemand(service, resource).most, UNIT_OF[resource] ?? 'count');
  return {
    service: service.name,
    replicas: { min: leastReplicas(service), max: peakReplicas(service) },
    cpu_requests: taken('requests.cpu'),
    cpu_limits: taken('limits.cpu'),
    memory_requests: taken('requests.memory'),
    memory_limits: taken('limits.memory'),
    storage: amount(storageOf(service), 'bytes'),
    measured: null,
  };
}

/** The quota as chart `tenant` renders it: the file's keys over its own, text that is no quantity named in a warning. */
function readQuotas(world: World, team: string): { hard: Record<string, string>; warnings: WarningItem[] } {
  let given: Record<string, string>;
  let written: unknown;
  try {
    given = { ...world.tenant(team)?.quotas };
    written = at(dataOf(world.text(world.layout.tenantFile(team)) ?? ''), 'tenant');
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    return { hard: {}, warnings: [{ code: 'unreadable_file', message: `${error.message} The quota is unknown.` }] };
  }
  const defaults = Object.entries(CHART_QUOTAS).filter(([key]) => !isTakenOut(written, key));
  const hard = { ...Object.fromEntries(defaults), ...given };
  const unusable = Object.keys(hard).filter((key) => !Quantity.parse(hard[key] ?? ''));
  return {
    hard,
    warnings: unusable.map((key) => ({
      code: 'quota_uncertain',
      message: `The team’s quota for ${key} is no quantity, so nothing is held against it.`,
    })),
  };
}

/** @param tenant data below the file's key `tenant`. */
function isTakenOut(tenant: unknown, key: string): boolean {
  if (isPlain(tenant) && tenant.quotas === null) return true;
  return mapAt(tenant, 'quotas')[key] === null;
}

function uncounted(services: readonly Service[]): WarningItem[] {
  const isUnclear = (service: Service) =>
    CONTAINER_RESOURCES.some((resource) => !podDemand(service, resource)) ||
    service.claims.some(({ size }) => !Quantity.parse(size));
  const names = services.filter(isUnclear).map(({ name }) => name);
  if (names.length === 0) return [];
  const message = `Some resources of ${names.join(', ')} are not said or are no quantities; these count as nothing here.`;
  return [{ code: 'usage_uncertain', message }];
}

function tooMuch({ cpu, memory, pods, storage }: Omit<Figures, 'warnings'>): WarningItem[] {
  const all = [cpu.requests, cpu.limits, memory.requests, memory.limits, pods, storage.requests, storage.claims];
  return all
    .filter(({ used, hard, percent }) => hard !== null && (percent ?? (used.value > 0 ? Infinity : 0)) > 100)
    .map(({ resource, used, hard }) => ({
      code: 'over_quota',
      message: `${resource}: the manifests ask for up to ${used.quantity} of ${hard?.quantity ?? '0'}; the cluster starts no pods beyond.`,
    }));
}
