import type { Series } from './test-prometheus';

export const MEBI = 1024 * 1024;

export interface PodMetrics {
  readonly namespace?: string;
  readonly pod: string;
  readonly container: string;
  readonly from: number;
  readonly to: number;
  /** Seconds between two scrapes. */
  readonly every?: number;
  /** Cores and bytes at the n-th scrape. */
  readonly cores: (index: number) => number;
  readonly bytes: (index: number) => number;
}

/** What cAdvisor tells of one container. */
export function cadvisor({
  namespace = 'billing',
  pod,
  container,
  from,
  to,
  every = 60,
  ...use
}: PodMetrics): Series[] {
  const labels = { namespace, pod, container, job: 'kubelet' };
  const times = Array.from({ length: Math.floor((to - from) / every) + 1 }, (_, index) => from + index * every);
  let seconds = 1000;
  const cpu = times.map((at, index) => [at, (seconds += use.cores(index) * every)] as const);
  const memory = times.map((at, index) => [at, Math.round(use.bytes(index))] as const);
  return [
    { metric: 'container_cpu_usage_seconds_total', labels, samples: cpu },
    { metric: 'container_memory_working_set_bytes', labels, samples: memory },
  ];
}

/** One value that stays, as kube-state-metrics tells it. */
export function steady(
  metric: string,
  labels: Record<string, string>,
  times: readonly number[],
  value: number,
): Series {
  return { metric, labels, samples: times.map((at) => [at, value] as const) };
}

/** Numbers from 0 to 1 that look random and are the same in every run. */
export function noise(index: number): number {
  const value = Math.sin(index * 12.9898) * 43758.5453;
  return value - Math.floor(value);
}
