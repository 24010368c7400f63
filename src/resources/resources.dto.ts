import { SourceState } from '../platform/cluster';
import { WarningItem } from '../platform/operations/answer.dto';
import { Name } from '../platform/operations/arguments.dto';
import { Decimal, Integer, ListOf, Nested, object, Text } from '../platform/schema';
import { Amount } from './amount';

export class ResourceUsageInput {
  @Name({ description: 'Team.' }) team: string;
}

/** One key of the ResourceQuota. */
export class UsageFigure {
  @Text({ description: 'Key of the ResourceQuota, e.g. requests.cpu.' }) resource: string;
  @Nested(() => Amount, { description: 'What the manifests ask for with as many replicas as may run at once.' })
  used: Amount;
  @Nested(() => Amount, { description: 'The same with the least replicas; differs where autoscaling is on.' })
  used_at_least: Amount;
  @Nested(() => Amount, { nullable: true, description: 'Null where the quota names none.' }) hard: Amount | null;
  @Decimal({ nullable: true, description: 'used of hard, rounded up to 0.1.' }) percent: number | null;
  @Nested(() => Amount, { nullable: true, description: 'What the cluster counts now; null where it does not.' })
  counted: Amount | null;
}

export class ContainerUsage {
  @Nested(() => UsageFigure) requests: UsageFigure;
  @Nested(() => UsageFigure) limits: UsageFigure;
}

export class StorageUsage {
  @Nested(() => UsageFigure, { description: 'Bytes of all claims.' }) requests: UsageFigure;
  @Nested(() => UsageFigure, { description: 'Number of claims.' }) claims: UsageFigure;
}

export class ReplicaRange {
  @Integer({ description: 'Autoscaling’s least, or the fixed number.' }) min: number;
  @Integer({ description: 'Autoscaling’s most, or the fixed number.' }) max: number;
}

export class MeasuredUsage {
  @Nested(() => Amount, { nullable: true, description: 'All pods, mean of the last 5 minutes.' }) cpu: Amount | null;
  @Nested(() => Amount, { nullable: true, description: 'Working set of all pods.' }) memory: Amount | null;
}

/** What one service takes of its team's quota with as many replicas as may run at once. */
export class ServiceUsage {
  @Text() service: string;
  @Nested(() => ReplicaRange) replicas: ReplicaRange;
  @Nested(() => Amount) cpu_requests: Amount;
  @Nested(() => Amount) cpu_limits: Amount;
  @Nested(() => Amount) memory_requests: Amount;
  @Nested(() => Amount) memory_limits: Amount;
  @Nested(() => Amount) storage: Amount;
  @Nested(() => MeasuredUsage, { nullable: true, description: 'Null where no metrics are read; see source.metrics.' })
  measured: MeasuredUsage | null;
}

export class UsageSource {
  @Nested(() => SourceState, { description: 'What the manifests ask for.' }) gitops: SourceState;
  @Nested(() => SourceState, { description: 'What the cluster counts.' }) cluster: SourceState;
  @Nested(() => SourceState, { description: 'What pods really take.' }) metrics: SourceState;
}

export class ResourceUsage {
  @Text() team: string;
  @Nested(() => ContainerUsage) cpu: ContainerUsage;
  @Nested(() => ContainerUsage) memory: ContainerUsage;
  @Nested(() => UsageFigure) pods: UsageFigure;
  @Nested(() => StorageUsage) storage: StorageUsage;
  @ListOf(object(() => ServiceUsage), { narrow: 'The sums count them all.' }) services: ServiceUsage[];
  @Nested(() => UsageSource) source: UsageSource;
  @ListOf(object(() => WarningItem)) warnings: WarningItem[];
}
