import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock';
import { Cluster } from '../platform/cluster';
import { Config } from '../platform/config';
import { Gitops } from '../platform/gitops';
import { Rounds } from '../platform/schedule';
import { Leadership, Store } from '../platform/store';
import { ACTIVE } from './incident';
import { IncidentRecorder } from './incident-recorder';
import { ARGOCD, reportsOf } from './sources/argocd.source';

/** A rollout that is briefly Degraded is no incident. */
const GRACE_MS = 60_000;
/** Reports of one transaction: others have their turn between two of them. */
const TOGETHER = 100;

/** Makes incidents of what Argo CD finds degraded or cannot sync, and ends them when it is over. */
@Injectable()
export class ApplicationWatch extends Rounds {
  constructor(
    @Inject(Cluster) private readonly cluster: Cluster,
    @Inject(Gitops) private readonly gitops: Gitops,
    @Inject(Store) private readonly store: Store,
    @Inject(IncidentRecorder) private readonly recorder: IncidentRecorder,
    @Inject(Leadership) leadership: Leadership,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    super(leadership, 'Applications could not be looked through for incidents');
  }

  protected override pause(): number {
    return this.cluster.isConnected ? this.config.values.clusterIncidents : 0;
  }

  protected override async work(signal: AbortSignal): Promise<void> {
    const { value: applications, source } = await this.cluster.applications('incidents are not looked for');
    // What is old, or no whole list, neither begins nor ends anything.
    if (!applications || source.state !== 'ok') return;
    const now = this.clock.now();
    const world = await this.gitops.world();
    const active = await this.activeFingerprints();
    const reports = reportsOf(applications.values(), { world, active, now, graceMs: GRACE_MS });
    for (let at = 0; at < reports.length && !signal.aborted; at += TOGETHER) {
      await this.store.transaction(async (transaction) => {
        for (const report of reports.slice(at, at + TOGETHER)) await this.recorder.record(transaction, report, now);
      });
    }
  }

  private async activeFingerprints(): Promise<Set<string>> {
    const rows = await this.store.transaction((transaction) =>
      transaction
        .selectFrom('incidents')
        .select('fingerprint')
        .where('source', '=', ARGOCD)
        .where('status', 'in', [...ACTIVE])
        .execute(),
    );
    return new Set(rows.map(({ fingerprint }) => fingerprint));
  }
}
