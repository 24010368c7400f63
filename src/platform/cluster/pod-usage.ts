import { listAt, textAt } from '../gitops/values';
import { type Kubernetes, RESOURCES } from '../kubernetes';
import { Quantity } from '../quantity';

export interface PodUsage {
  readonly pod: string;
  readonly cpu: Quantity;
  readonly memory: Quantity;
}

/** What pods take, from metrics.k8s.io: the mean of its last window, usually 15 to 30 s. */
export async function podUsageOf(kubernetes: Kubernetes, namespace: string): Promise<PodUsage[]> {
  const { items } = await kubernetes.list(RESOURCES.podMetrics, { namespace });
  return items.map((item) => {
    const containers = listAt(item, 'containers');
    const sum = (key: string) =>
      containers.reduce<Quantity>(
        (total, each) => total.plus(Quantity.parse(textAt(each, 'usage', key) ?? '') ?? Quantity.zero),
        Quantity.zero,
      );
    return { pod: item.metadata?.name ?? '', cpu: sum('cpu'), memory: sum('memory') };
  });
}
