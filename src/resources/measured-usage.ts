import type { World } from '../platform/gitops';
import { literally, type Sample, selector } from '../platform/prometheus';
import { Quantity } from '../platform/quantity';
import { amount } from './amount';
import { deploymentOf } from '../services';
import type { MeasuredUsage } from './resources.dto';
import { POD_SUFFIX } from './sizing.queries';

/** Pause containers and the sums over a whole pod are in the same metrics, and would count twice. */
const REAL_CONTAINERS = { differsFrom: ['', 'POD'] };

/** What every pod of a team takes now, all containers of it. The team's name is that of its namespace. */
export function usageQueries(team: string) {
  const labels = { namespace: team, container: REAL_CONTAINERS };
  const cpu = `rate(${selector('container_cpu_usage_seconds_total', labels)}[5m])`;
  const memory = selector('container_memory_working_set_bytes', labels);
  return {
    cpu: `sum by (pod) (max by (pod, container) (${cpu}))`,
    memory: `sum by (pod) (max by (pod, container) (${memory}))`,
  };
}

/** Sums the pods of one service. Null where no pod of it was seen, e.g. because it is stopped. */
export function measuredOf(
  world: World,
  team: string,
  service: string,
  samples: Readonly<Record<'cpu' | 'memory', readonly Sample[]>>,
): MeasuredUsage {
  const pods = new RegExp(`^${literally(deploymentOf(world, team, service))}${POD_SUFFIX}$`);
  const sum = (kind: 'cpu' | 'memory') => {
    const own = samples[kind].filter(({ labels }) => pods.test(labels.pod ?? ''));
    return own.length === 0 ? undefined : own.reduce((total, { value }) => total.plus(value), Quantity.zero);
  };
  const [cpu, memory] = [sum('cpu'), sum('memory')];
  return {
    cpu: cpu ? amount(cpu.roundedUpTo(Quantity.MILLI), 'cores') : null,
    memory: memory ? amount(memory.roundedUpTo(Quantity.MEBI), 'bytes') : null,
  };
}
