import { Inject, Injectable } from '@nestjs/common';
import type { Actor } from '../platform/auth/actor';
import { Cluster, podUsageOf, quotasOf, type SourceState } from '../platform/cluster';
import { Gitops, type World } from '../platform/gitops';
import {
  METRICS_OK,
  metricsNotConfigured,
  MetricsUnavailable,
  metricsUnavailable,
  Prometheus,
} from '../platform/prometheus';
import { withCounts } from './counted.policy';
import { measuredOf, usageQueries } from './measured-usage';
import type { ResourceUsage, ResourceUsageInput, ServiceUsage } from './resources.dto';
import { usageOf } from './usage.policy';

const NOT_COUNTED = 'used is what the manifests in git ask for, not what the cluster counts';
const NOT_MEASURED = 'what pods really take is unknown';

/** What a team takes of its quota. The doors have checked the caller's role in the team that is named. */
@Injectable()
export class ResourcesService {
  constructor(
    @Inject(Gitops) private readonly gitops: Gitops,
    @Inject(Prometheus) private readonly prometheus: Prometheus,
    @Inject(Cluster) private readonly cluster: Cluster,
  ) {}

  /** Files that cannot be read are in the warnings; metrics that cannot be read are in `source.metrics`. */
  async usage(_actor: Actor, { team }: ResourceUsageInput): Promise<ResourceUsage> {
    const world = await this.gitops.world();
    const { services, ...figures } = usageOf(world, team);
    const [measured, counts] = await Promise.all([
      this.measure(world, team, services),
      this.cluster.read(NOT_COUNTED, (kubernetes) => quotasOf(kubernetes, team)),
    ]);
    const { head } = world;
    return {
      team,
      ...(counts.value ? withCounts(figures, counts.value) : figures),
      services: measured.services,
      source: {
        gitops: { state: 'ok', message: head ? `desired state at commit ${head}` : 'the repository is empty' },
        cluster: counts.source,
        metrics: measured.source,
      },
    };
  }

  private async measure(
    world: World,
    team: string,
    services: ServiceUsage[],
  ): Promise<{ services: ServiceUsage[]; source: SourceState }> {
    if (!this.prometheus.isConfigured) return this.measureInCluster(world, team, services);
    try {
      const samples = await this.prometheus.queryAll(usageQueries(team), new Date());
      const measured = services.map((each) => ({ ...each, measured: measuredOf(world, team, each.service, samples) }));
      return { services: measured, source: METRICS_OK };
    } catch (error) {
      if (!(error instanceof MetricsUnavailable)) throw error;
      return { services, source: metricsUnavailable(error.message) };
    }
  }

  /** Without Prometheus metrics.k8s.io has to do: the mean of some seconds instead of minutes. */
  private async measureInCluster(
    world: World,
    team: string,
    services: ServiceUsage[],
  ): Promise<{ services: ServiceUsage[]; source: SourceState }> {
    if (!this.cluster.isConnected) return { services, source: metricsNotConfigured(NOT_MEASURED) };
    const { value, source } = await this.cluster.read(NOT_MEASURED, (kubernetes) => podUsageOf(kubernetes, team));
    if (!value) return { services, source };
    const of = (kind: 'cpu' | 'memory') => value.map(({ pod, [kind]: amount }) => ({ labels: { pod }, value: amount }));
    const samples = { cpu: of('cpu'), memory: of('memory') };
    const measured = services.map((each) => ({ ...each, measured: measuredOf(world, team, each.service, samples) }));
    return {
      services: measured,
      source: { state: 'ok', message: 'metrics of metrics.k8s.io, the mean of some seconds' },
    };
  }
}
