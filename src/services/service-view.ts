import type { ApplicationState } from '../platform/cluster';
import { isPlain, type Plain, type Service, textAt, type World } from '../platform/gitops';
import type { SecretVersion } from '../platform/secrets';
import { exactEnv, exactValue } from '../platform/text/exact-text';
import { generatedHost } from './name.policy';
import type { AutoscalingPart, ProbeItem, ServiceConfig, ServiceItem, StoredSecretItem } from './services.dto';

/** Where the values of a service's file come from: MCTL writes them, and so does everybody else who can push. */
export const SERVICE_FILE =
  'the GitOps repository, in which others than MCTL write as well: credentials masked, unseen characters spelled out, but nobody vouches for it';
/** Longest name, tag, host or path that is shown; none that works is longer. */
const NAME = 300;
/** Longest value of a variable that is shown. */
const VALUE = 1000;

/** What a service is called in answers where only a cluster could know. */
export const UNKNOWN = 'unknown';

/** Argo CD's words for sync and health; `Missing` is its own for what is declared and not there. */
export function stateWords(application: ApplicationState | null | undefined): { sync: string; health: string } {
  if (application === undefined) return { sync: UNKNOWN, health: UNKNOWN };
  if (application === null) return { sync: UNKNOWN, health: 'Missing' };
  return { sync: application.sync, health: application.health };
}

/** The generated host where the file has it, otherwise the first one somebody wrote. Null for a service nobody reaches from outside. */
export function hostOf(service: Service, world: World): string | null {
  const generated = generatedHost(world, service.team, service.name);
  return service.hosts.includes(generated) ? generated : shownOrNull(service.hosts[0]);
}

export function imageText({ imageRepository, imageTag }: Service): string | null {
  if (imageRepository === undefined) return null;
  return exactValue(imageTag === undefined ? imageRepository : `${imageRepository}:${imageTag}`, NAME);
}

/** A tag, host or path of a file as an answer has it. */
export function shownOrNull(text: string | null | undefined): string | null {
  return text === null || text === undefined ? null : exactValue(text, NAME);
}

/** @param application undefined = not known, null = Argo CD has none. */
export function itemOf(service: Service, world: World, application?: ApplicationState | null): ServiceItem {
  return {
    team: service.team,
    name: service.name,
    image_tag: shownOrNull(service.imageTag),
    host: hostOf(service, world),
    port: portOf(service),
    type: service.type,
    has_database: service.hasDatabase,
    ...stateWords(application),
  };
}

export function portOf({ type, port }: Service): number | null {
  return type === 'web' ? port : null;
}

export function autoscalingOf({ autoscaling }: Service): AutoscalingPart {
  return {
    enabled: autoscaling.enabled,
    min_replicas: autoscaling.minReplicas,
    max_replicas: autoscaling.maxReplicas,
    cpu_threshold: autoscaling.cpuThreshold,
  };
}

/** Everything the file says, without a secret's value. */
export function configOf(
  service: Service,
  world: World,
): Omit<ServiceConfig, 'tag_history' | 'database' | 'secrets' | 'warnings' | 'untrusted'> {
  const host = hostOf(service, world);
  return {
    team: service.team,
    service: service.name,
    type: service.type,
    image: shownOrNull(service.imageRepository),
    tag: shownOrNull(service.imageTag),
    host,
    custom_domains: service.hosts.map((each) => exactValue(each, NAME)).filter((each) => each !== host),
    port: portOf(service),
    replicas: service.replicas,
    autoscaling: autoscalingOf(service),
    resources: {
      requests: exactEnv(service.resources.requests, NAME),
      limits: exactEnv(service.resources.limits, NAME),
    },
    env: exactEnv(service.env, VALUE),
    secret_names: service.secretNames.map((name) => exactValue(name, NAME)),
    probes: (['liveness', 'readiness', 'startup'] as const).map((name) => probeOf(service, name)),
  };
}

/** Every secret that the file names, and the version of its value where MCTL has one. */
export function secretsOf({ secretNames }: Service, stored: readonly SecretVersion[]): StoredSecretItem[] {
  return secretNames.map((name) => {
    const value = stored.find((each) => each.name === name);
    return { name: exactValue(name, NAME), version: value?.version ?? null, updated_at: value?.updated_at ?? null };
  });
}

/** Paths of chart `service` (its `_helpers.tpl`). */
const CHART_PATHS = { liveness: '/healthz', readiness: '/readyz', startup: '/healthz' } as const;
const HANDLERS = [
  ['httpGet', 'http'],
  ['exec', 'exec'],
  ['tcpSocket', 'tcp'],
  ['grpc', 'grpc'],
] as const;

/** What the chart makes of the file: only a web service has probes it did not ask for, and never a startup probe. */
function probeOf({ type, probes }: Service, name: ProbeItem['name']): ProbeItem {
  const given = probes[name];
  if (isPlain(given) && Object.keys(given).length > 0) return { name, state: 'declared', ...handlerOf(given, name) };
  const isDefault = given !== null && type === 'web' && name !== 'startup';
  if (isDefault) return { name, state: 'chart_default', kind: 'http', path: CHART_PATHS[name] };
  return { name, state: 'off', kind: 'none', path: null };
}

/** Headers and commands of a probe may hold credentials: only its kind and path are told. */
function handlerOf(probe: Plain, name: ProbeItem['name']): Pick<ProbeItem, 'kind' | 'path'> {
  const kind = HANDLERS.find(([key]) => isPlain(probe[key]))?.[1] ?? 'http';
  if (kind !== 'http') return { kind, path: null };
  const http = isPlain(probe.httpGet) ? probe.httpGet : probe;
  return { kind, path: shownOrNull(textAt(http, 'path')) ?? CHART_PATHS[name] };
}
