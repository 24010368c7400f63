import type { QuotaCount } from '../platform/cluster';
import type { WarningItem } from '../platform/operations/answer.dto';
import { Quantity } from '../platform/quantity';
import { amount } from './amount';
import type { UsageFigure } from './resources.dto';
import { type Figures, UNIT_OF } from './usage.policy';

/** Puts what the cluster counts beside what the manifests ask for, and says where its quota is another one than git's. Pure. */
export function withCounts(figures: Figures, counts: ReadonlyMap<string, QuotaCount>): Figures {
  const warnings: WarningItem[] = [];
  const counted = (figure: UsageFigure): UsageFigure => {
    const count = counts.get(figure.resource);
    if (!count) return figure;
    warnings.push(...differing(figure, count));
    return { ...figure, counted: amount(count.used, UNIT_OF[figure.resource] ?? 'count') };
  };
  const { cpu, memory, pods, storage } = figures;
  const result = {
    cpu: { requests: counted(cpu.requests), limits: counted(cpu.limits) },
    memory: { requests: counted(memory.requests), limits: counted(memory.limits) },
    pods: counted(pods),
    storage: { requests: counted(storage.requests), claims: counted(storage.claims) },
  };
  return { ...result, warnings: [...figures.warnings, ...warnings] };
}

/** Between a commit and its sync that is usual; for longer it means that Argo CD does not get through. */
function differing({ resource, hard }: UsageFigure, count: QuotaCount): WarningItem[] {
  const declared = hard === null ? undefined : Quantity.parse(hard.quantity);
  if (declared?.compareTo(count.hard) === 0) return [];
  const inGit = hard === null ? 'git names none' : `git says ${hard.quantity}`;
  const message = `${resource}: the cluster holds the team to ${String(count.hard)}, ${inGit}. Argo CD may not have synced the tenant yet.`;
  return [{ code: 'quota_differs', message }];
}
