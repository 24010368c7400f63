import { literally, type Sample, selector } from '../platform/prometheus';
import { type Quantity } from '../platform/quantity';

/** Whose pods, and how far back. */
export interface SizingScope {
  /** The team's name is that of its namespace. */
  readonly namespace: string;
  /** Name of the Deployment; its pods are called `{deployment}-{hash}-{five characters}`. */
  readonly deployment: string;
  /** The service's own container; those beside it have resources of their own. */
  readonly container: string;
  readonly lookbackSeconds: number;
}

/** What a Deployment's ReplicaSet and then the pod add to its name (Kubernetes' generated names). */
export const POD_SUFFIX = '-[a-z0-9]{1,10}-[a-z0-9]{5}';
/** A rate over less than a few scrapes is noise; the length that kubelet's own dashboards use. */
const RATE = '5m';
const WEEK_SECONDS = 7 * 86_400;
/**
 * The first and the last scrape lie inside of the window, so that 24 hours never hold quite 24 hours of data. How far the data
 * reaches back is therefore looked for a little further.
 */
const GRACE_SECONDS = 600;

/**
 * Queries of cAdvisor's and kube-state-metrics' metrics, each with one number as its answer, after KRR's `simple` strategy. Replicas
 * come and go with every deployment, so figures over time are of the busiest replica at each moment, not of each pod by itself.
 */
export function sizingQueries({ namespace, deployment, container, lookbackSeconds }: SizingScope) {
  const pods = { namespace, pod: { matches: literally(deployment) + POD_SUFFIX }, container };
  const window = `${lookbackSeconds}s`;
  // About ten thousand steps at most: a week by the minute, a month by five.
  const steps = (seconds: number) => `${seconds}s:${lookbackSeconds > WEEK_SECONDS ? '5m' : '1m'}`;
  const cpu = selector('container_cpu_usage_seconds_total', pods);
  const memory = selector('container_memory_working_set_bytes', pods);
  const busiest = `max(rate(${cpu}[${RATE}]))`;
  const reach = `timestamp(${memory})[${steps(lookbackSeconds + GRACE_SECONDS)}]`;
  const killed = selector('kube_pod_container_status_last_terminated_reason', { ...pods, reason: 'OOMKilled' });
  const limit = selector('kube_pod_container_resource_limits', { ...pods, resource: 'memory' });
  return {
    cpuP95: `quantile_over_time(0.95, ${busiest}[${steps(lookbackSeconds)}])`,
    cpuMax: `max_over_time(${busiest}[${steps(lookbackSeconds)}])`,
    memoryP95: `quantile_over_time(0.95, max(${memory})[${steps(lookbackSeconds)}])`,
    memoryMax: `max(max_over_time(${memory}[${window}]))`,
    // One count a pod, however many scrapers or restarts it was seen through.
    cpuSamples: `sum(max by (pod) (count_over_time(${cpu}[${window}])))`,
    memorySamples: `sum(max by (pod) (count_over_time(${memory}[${window}])))`,
    firstSample: `min(min_over_time(${reach}))`,
    lastSample: `max(max_over_time(${reach}))`,
    oomEvents: `sum(increase(${selector('container_oom_events_total', pods)}[${window}]))`,
    oomKilledPods: `count(max by (pod) (max_over_time(${killed}[${window}])) > 0)`,
    // The limit that a container had when its last end was an OOM kill.
    memoryRanOut: `max(max_over_time((max by (pod) (${limit}) and on (pod) (max by (pod) (${killed}) > 0))[${steps(lookbackSeconds)}]))`,
  };
}

export type SizingQuery = keyof ReturnType<typeof sizingQueries>;

/** What was measured; undefined where there was nothing to measure. Times are seconds since 1970. */
export interface Measurements {
  readonly cpu?: { readonly p95: Quantity; readonly max: Quantity };
  readonly memory?: { readonly p95: Quantity; readonly max: Quantity };
  /** Scrapes of that metric of which there are fewer. */
  readonly samples: number;
  readonly firstSample?: number;
  readonly lastSample?: number;
  /** At least so many: cAdvisor's counter may begin anew, kube-state-metrics knows the last end of each pod only. */
  readonly oomKills: number;
  /** Memory limit of what was killed. */
  readonly ranOut?: Quantity;
}

export function readMeasurements(answers: Readonly<Record<SizingQuery, readonly Sample[]>>): Measurements {
  const only = (name: SizingQuery) => answers[name][0]?.value;
  const count = (name: SizingQuery) => Math.round(only(name)?.toNumber() ?? 0);
  const pair = (p95?: Quantity, max?: Quantity) => (p95 && max ? { p95, max } : undefined);
  return {
    cpu: pair(only('cpuP95'), only('cpuMax')),
    memory: pair(only('memoryP95'), only('memoryMax')),
    samples: Math.min(count('cpuSamples'), count('memorySamples')),
    firstSample: only('firstSample')?.toNumber(),
    lastSample: only('lastSample')?.toNumber(),
    oomKills: Math.max(count('oomEvents'), count('oomKilledPods')),
    ranOut: only('memoryRanOut'),
  };
}
