import { mapAt } from '../gitops/values';
import { type Kubernetes, RESOURCES } from '../kubernetes';
import { Quantity } from '../quantity';

export interface QuotaCount {
  readonly used: Quantity;
  readonly hard: Quantity;
}

/**
 * What the cluster counts against the ResourceQuotas of a namespace, by key. Of several that limit the same key the tighter one counts.
 * A quota limits nothing before its `status.hard` is there.
 */
export async function quotasOf(kubernetes: Kubernetes, namespace: string): Promise<ReadonlyMap<string, QuotaCount>> {
  const { items } = await kubernetes.list(RESOURCES.resourceQuota, { namespace });
  const counts = new Map<string, QuotaCount>();
  for (const item of items) {
    const [hard, used] = [mapAt(item, 'status', 'hard'), mapAt(item, 'status', 'used')];
    for (const key of Object.keys(hard)) {
      const count = countOf(used[key] ?? '0', hard[key]);
      const known = counts.get(key);
      if (count && (!known || known.hard.minus(known.used).exceeds(count.hard.minus(count.used)))) {
        counts.set(key, count);
      }
    }
  }
  return counts;
}

function countOf(used: unknown, hard: unknown): QuotaCount | undefined {
  const [most, taken] = [Quantity.parse(String(hard)), Quantity.parse(String(used))];
  return most && taken && { used: taken, hard: most };
}
