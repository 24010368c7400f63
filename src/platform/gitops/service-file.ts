import { type Claim, type InitContainer, readClaims, readInitContainers } from './pod-file';
import {
  at,
  countAt,
  flagAt,
  isNullAt,
  isPlain,
  listAt,
  mapAt,
  type Plain,
  quantityMapAt,
  textAt,
  textMapAt,
} from './values';

export interface Autoscaling {
  readonly enabled: boolean;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly cpuThreshold: number;
}

export interface Resources {
  readonly requests: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, string>>;
}

export interface Service {
  readonly team: string;
  readonly name: string;
  readonly type: 'web' | 'worker';
  readonly imageRepository?: string;
  /** As somebody wrote it; without quotes Helm may make another one of it (see `service-oddities.ts`). */
  readonly imageTag?: string;
  /** Of all its ingresses, each once. */
  readonly hosts: readonly string[];
  readonly port: number;
  readonly replicas: number;
  readonly autoscaling: Autoscaling;
  readonly resources: Resources;
  /** Of the containers beside the main one, in the order of the file. */
  readonly sidecars: readonly Resources[];
  /** Of the containers before the main one, in the order of the file. */
  readonly initContainers: readonly InitContainer[];
  /** Volumes that outlive the pods. */
  readonly claims: readonly Claim[];
  /** Plain values as the file has them; what is shown passes the masking of `secrets-in-env.ts`. */
  readonly env: Readonly<Record<string, string>>;
  /** Names of the environment variables that come from the secret store. */
  readonly secretNames: readonly string[];
  readonly probes: { liveness?: Plain | null; readiness?: Plain | null; startup?: Plain | null };
  readonly hasDatabase: boolean;
}

/** Defaults of chart `service` (charts/service/values.yaml); a file says only what differs. */
const CHART = { port: 8080, replicas: 1, minReplicas: 1, maxReplicas: 5, cpuThreshold: 80 };
const CHART_RESOURCES = { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '500m', memory: '256Mi' } };

/** Reads the data of `services/{team}/{service}/values.yaml`, whoever wrote it. */
export function readService(team: string, name: string, data: unknown): Service {
  return {
    team,
    name,
    type: readType(data),
    imageRepository: textAt(data, 'image', 'repository'),
    imageTag: textAt(data, 'image', 'tag'),
    hosts: readHosts(data),
    port: countAt(data, 'service', 'port') ?? countAt(data, 'port') ?? CHART.port,
    replicas: countAt(data, 'replicaCount') ?? CHART.replicas,
    autoscaling: {
      enabled: flagAt(data, 'autoscaling', 'enabled') ?? false,
      minReplicas: countAt(data, 'autoscaling', 'minReplicas') ?? CHART.minReplicas,
      maxReplicas: countAt(data, 'autoscaling', 'maxReplicas') ?? CHART.maxReplicas,
      cpuThreshold: countAt(data, 'autoscaling', 'targetCPUUtilizationPercentage') ?? CHART.cpuThreshold,
    },
    resources: { requests: readResources(data, 'requests'), limits: readResources(data, 'limits') },
    sidecars: listAt(data, 'extraContainers').map((container) => ({
      requests: quantityMapAt(container, 'resources', 'requests'),
      limits: quantityMapAt(container, 'resources', 'limits'),
    })),
    env: textMapAt(data, 'env'),
    initContainers: readInitContainers(data),
    claims: readClaims(data),
    secretNames: readSecretNames(data),
    probes: {
      liveness: readProbe(data, 'liveness'),
      readiness: readProbe(data, 'readiness'),
      startup: readProbe(data, 'startup'),
    },
    hasDatabase: Object.keys(mapAt(data, 'dbSecret')).length > 0,
  };
}

/** Replicas that can exist at once: what a quota must have room for. */
export function peakReplicas(service: Pick<Service, 'replicas' | 'autoscaling'>): number {
  return service.autoscaling.enabled ? service.autoscaling.maxReplicas : service.replicas;
}

/** Files of the upstream platform have no `type`: a worker is what neither takes requests from outside nor names a port. */
function readType(data: unknown): 'web' | 'worker' {
  const type = textAt(data, 'type');
  if (type === 'web' || type === 'worker') return type;
  const takesRequests = flagAt(data, 'ingress', 'enabled') === true || countAt(data, 'service', 'port') !== undefined;
  return takesRequests ? 'web' : 'worker';
}

/** Upstream files name hosts at the top, in `ingress` and in `extraIngresses`, as `host` or `hosts`, as text, `{host}` or lists. */
function readHosts(data: unknown): string[] {
  const ingresses = [data, at(data, 'ingress'), ...listAt(data, 'extraIngresses')];
  const hosts = ingresses.flatMap((ingress) => [...hostsIn(at(ingress, 'host')), ...hostsIn(at(ingress, 'hosts'))]);
  return [...new Set(hosts)];
}

function hostsIn(value: unknown): string[] {
  const entries: readonly unknown[] = Array.isArray(value) ? value : [value];
  return entries.map((entry) => textAt({ entry }, 'entry') ?? textAt(entry, 'host') ?? '').filter(Boolean);
}

/** The chart's defaults with what the file says on top; Helm lets `null` take a default out, at any depth. */
function readResources(data: unknown, kind: 'requests' | 'limits'): Record<string, string> {
  if (isNullAt(data, 'resources') || isNullAt(at(data, 'resources'), kind)) return {};
  const given = mapAt(data, 'resources', kind);
  const defaults = Object.entries(CHART_RESOURCES[kind]).filter(([key]) => !isNullAt(given, key));
  return { ...Object.fromEntries(defaults), ...quantityMapAt(data, 'resources', kind) };
}

function readSecretNames(data: unknown): string[] {
  const names = [at(data, 'externalSecret'), ...Object.values(mapAt(data, 'extraExternalSecrets'))]
    .flatMap((secret) => listAt(secret, 'data'))
    .map((entry) => textAt(entry, 'secretKey'));
  return [...new Set(names.filter((name): name is string => Boolean(name)))].sort();
}

/** `null` switches a probe off (Helm), absence leaves the chart's default. */
function readProbe(data: unknown, name: string): Plain | null | undefined {
  if (isNullAt(data, 'probes')) return null;
  const probes = mapAt(data, 'probes');
  if (!Object.hasOwn(probes, name)) return undefined;
  const probe = probes[name];
  return isPlain(probe) ? probe : null;
}
