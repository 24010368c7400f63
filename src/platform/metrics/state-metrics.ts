import { Inject, Injectable } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { awaitsSeal, holds, readHeadRow } from '../audit/audit-head';
import { Gitops } from '../gitops';
import { Keys } from '../keys';
import { log } from '../logging';
import { OPEN } from '../operations/operation-store';
import { type AuditHeadRow, Leadership, Store } from '../store';
import { Metrics } from './metrics';

/** What an open operation can wait for; each is shown, so that nothing waiting is a zero and not a gap. */
const STAGES = ['prepare', 'commit', 'await', 'continue'] as const;

interface Look {
  /** Undefined where the store does not answer: then its metrics are missing, and everything else is still told. */
  readonly queue?: readonly { stage: string; count: number; since: string }[];
  readonly audit?: AuditHeadRow;
}

/** Metrics of what the program knows rather than of what it did, looked at when somebody scrapes. */
@Injectable()
export class StateMetrics {
  constructor(
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(Gitops) private readonly gitops: Gitops,
    @Inject(Store) private readonly store: Store,
    @Inject(Leadership) private readonly leadership: Leadership,
    @Inject(Keys) private readonly keys: Keys,
  ) {
    this.showRepository();
    this.showStore();
    this.showLeader();
  }

  private gauge(
    name: string,
    help: string,
    look: (gauge: Gauge) => void | Promise<void>,
    labelNames: string[] = [],
  ): void {
    new Gauge({
      name,
      help,
      labelNames,
      registers: [this.metrics.registry],
      async collect() {
        await look(this);
      },
    });
  }

  private showRepository(): void {
    const { gitops } = this;
    this.gauge('mctl_gitops_up', '1 where the GitOps repository answered when it was last asked.', (gauge) =>
      gauge.set(gitops.failing ? 0 : 1),
    );
    this.gauge(
      'mctl_gitops_last_sync_timestamp_seconds',
      'When the GitOps repository last answered; 0 before the first time. The embedded one is asked at each call.',
      (gauge) => gauge.set(gitops.secondsSinceSync === undefined ? 0 : Date.now() / 1000 - gitops.secondsSinceSync),
    );
    this.gauge('mctl_gitops_files', 'Files of the GitOps repository in the read model.', (gauge) =>
      gauge.set(gitops.fileCount),
    );
  }

  private showLeader(): void {
    this.gauge(
      'mctl_leader',
      '1 where this process commits and does the rounds, 0 where another one does.',
      async (gauge) => gauge.set((await this.leadership.isLeader()) ? 1 : 0),
    );
  }

  /** One look at the store for all that is asked of it in one scrape. */
  private showStore(): void {
    const shown = (name: string, help: string, labels: string[], show: (gauge: Gauge, look: Look) => void) =>
      this.gauge(
        name,
        help,
        async (gauge) => {
          gauge.reset();
          show(gauge, await this.looked());
        },
        labels,
      );
    this.gauge('mctl_store_up', '1 where the store answers.', async (gauge) =>
      gauge.set((await this.looked()).queue ? 1 : 0),
    );
    shown(
      'mctl_queue_operations',
      'Operations that have not ended, by what they wait for.',
      ['stage'],
      (gauge, { queue }) => {
        if (queue) for (const stage of STAGES) gauge.set({ stage }, rowOf(queue, stage)?.count ?? 0);
      },
    );
    shown(
      'mctl_queue_oldest_age_seconds',
      'How long the oldest operation of a stage has waited; 0 where none does. In `await` days are usual.',
      ['stage'],
      (gauge, { queue }) => {
        if (queue) for (const stage of STAGES) gauge.set({ stage }, ageOf(rowOf(queue, stage)?.since));
      },
    );
    shown('mctl_audit_entries', 'Number of the newest entry of the audit chain.', [], (gauge, { audit, queue }) => {
      if (queue) gauge.set(audit?.seq ?? 0);
    });
    shown(
      'mctl_audit_chain_intact',
      '1 where the seal of the newest audit entry holds; 0 = somebody else has written to it. `mctl audit verify` looks at all entries.',
      [],
      (gauge, { audit, queue }) => {
        if (queue) gauge.set(!audit || awaitsSeal(audit) || holds(this.keys.auditKey, audit) ? 1 : 0);
      },
    );
    this.gauge(
      'mctl_store_connections',
      'Connections to PostgreSQL, by state: busy, idle, or waited for; none with the embedded store.',
      (gauge) => this.showPool(gauge),
      ['state'],
    );
  }

  private showPool(gauge: Gauge): void {
    const pool = this.store.shared?.pool.raw;
    if (!pool) return;
    gauge.set({ state: 'busy' }, pool.totalCount - pool.idleCount);
    gauge.set({ state: 'idle' }, pool.idleCount);
    gauge.set({ state: 'waited_for' }, pool.waitingCount);
  }

  private looking: Promise<Look> | undefined;

  /** Gauges are collected all at once: the first one looks, the others get what it finds. */
  private looked(): Promise<Look> {
    this.looking ??= this.look().finally(() => (this.looking = undefined));
    return this.looking;
  }

  private async look(): Promise<Look> {
    try {
      const queue = await this.store.db
        .selectFrom('operations')
        .select((row) => [
          'stage',
          row.fn.countAll<number>().as('count'),
          row.fn.min(row.fn.coalesce('stage_since', 'submitted_at')).as('since'),
        ])
        .where('status', 'in', OPEN)
        .groupBy('stage')
        .execute();
      return { queue, audit: await readHeadRow(this.store.db) };
    } catch (error) {
      log.debug({ err: error }, 'the store cannot be asked for metrics');
      return {};
    }
  }
}

function rowOf(queue: NonNullable<Look['queue']>, stage: string) {
  return queue.find((row) => row.stage === stage);
}

function ageOf(since: string | undefined): number {
  return since === undefined ? 0 : Math.max(0, (Date.now() - Date.parse(since)) / 1000);
}
