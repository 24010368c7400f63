import { at, flagAt, isPlain, listAt, mapAt, numberAt, type Plain, textAt, textMapAt } from './values';

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
  readonly imageTag?: string;
  readonly hosts: readonly string[];
  readonly port: number;
  readonly replicas: number;
  readonly autoscaling: Autoscaling;
  readonly resources: Resources;
  /** Of the containers beside the main one, in the order of the file. */
  readonly sidecars: readonly Resources[];
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
    port: numberAt(data, 'service', 'port') ?? numberAt(data, 'port') ?? CHART.port,
    replicas: numberAt(data, 'replicaCount') ?? CHART.replicas,
    autoscaling: {
      enabled: flagAt(data, 'autoscaling', 'enabled') ?? false,
      minReplicas: numberAt(data, 'autoscaling', 'minReplicas') ?? CHART.minReplicas,
      maxReplicas: numberAt(data, 'autoscaling', 'maxReplicas') ?? CHART.maxReplicas,
      cpuThreshold: numberAt(data, 'autoscaling', 'targetCPUUtilizationPercentage') ?? CHART.cpuThreshold,
    },
    resources: {
      requests: { ...CHART_RESOURCES.requests, ...textMapAt(data, 'resources', 'requests') },
      limits: { ...CHART_RESOURCES.limits, ...textMapAt(data, 'resources', 'limits') },
    },
    sidecars: listAt(data, 'extraContainers').map((container) => ({
      requests: textMapAt(container, 'resources', 'requests'),
      limits: textMapAt(container, 'resources', 'limits'),
    })),
    env: textMapAt(data, 'env'),
    secretNames: readSecretNames(data),
    probes: {
      liveness: readProbe(data, 'liveness'),
      readiness: readProbe(data, 'readiness'),
      startup: readProbe(data, 'startup'),
    },
    hasDatabase: at(data, 'dbSecret') !== undefined,
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
  const takesRequests = flagAt(data, 'ingress', 'enabled') === true || numberAt(data, 'service', 'port') !== undefined;
  return takesRequests ? 'web' : 'worker';
}

/** Upstream files name hosts in three ways: a top-level `host`, `ingress.host`, or `ingress.hosts` of text or `{host}`. */
function readHosts(data: unknown): string[] {
  const listed = listAt(data, 'ingress', 'hosts').map((entry) =>
    typeof entry === 'string' ? entry : textAt(entry, 'host'),
  );
  const hosts = [textAt(data, 'host'), textAt(data, 'ingress', 'host'), ...listed];
  return [...new Set(hosts.filter((host): host is string => Boolean(host)))];
}

function readSecretNames(data: unknown): string[] {
  const names = [at(data, 'externalSecret'), ...Object.values(mapAt(data, 'extraExternalSecrets'))]
    .flatMap((secret) => listAt(secret, 'data'))
    .map((entry) => textAt(entry, 'secretKey'));
  return [...new Set(names.filter((name): name is string => Boolean(name)))].sort();
}

/** `null` switches a probe off (Helm), absence leaves the chart's default. */
function readProbe(data: unknown, name: string): Plain | null | undefined {
  const probes = mapAt(data, 'probes');
  if (!Object.hasOwn(probes, name)) return undefined;
  const probe = probes[name];
  return isPlain(probe) ? probe : null;
}
