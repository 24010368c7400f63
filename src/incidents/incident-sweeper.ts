import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock';
import { Config } from '../platform/config';
import { Rounds } from '../platform/schedule';
import { Leadership, Store, type StoreTransaction } from '../platform/store';
import { ACTIVE, STORM } from './incident';
import { IncidentRecorder } from './incident-recorder';

const PAUSE_MS = 600_000;
/** Rows that go in one transaction: others have their turn between two of them. */
const TOGETHER = 200;
/** GitHub delivers again for three days, by hand. */
const DELIVERIES_MS = 30 * 86_400_000;

/**
 * Deletes what has been resolved for long, forgets old deliveries, and ends what nobody else will: incidents of deleted teams, and
 * storms that have passed.
 */
@Injectable()
export class IncidentSweeper extends Rounds {
  constructor(
    @Inject(Store) private readonly store: Store,
    @Inject(IncidentRecorder) private readonly recorder: IncidentRecorder,
    @Inject(Leadership) leadership: Leadership,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    super(leadership, 'incidents could not be swept');
  }

  protected override pause(): number {
    return PAUSE_MS;
  }

  protected override async work(signal: AbortSignal): Promise<void> {
    const now = this.clock.now();
    await this.store.transaction((transaction) => this.recorder.endFormer(transaction, now));
    await this.store.transaction((transaction) => this.endStorms(transaction, now));
    await this.forget(now, signal);
  }

  /** A storm has passed where nothing was counted in it for a while and there is room again. */
  private async endStorms(transaction: StoreTransaction, now: Date): Promise<void> {
    const { incidentFlapWindow, incidentsPerTeam } = this.config.values;
    const quietSince = new Date(now.getTime() - incidentFlapWindow).toISOString();
    const storms = await transaction
      .selectFrom('incidents')
      .select('id')
      .where('type', '=', STORM)
      .where('source', '=', 'mctl')
      .where('status', 'in', [...ACTIVE])
      .where('last_seen', '<', quietSince)
      .where((storm) =>
        storm(
          storm
            .selectFrom('incidents as other')
            .select((other) => other.fn.countAll<number>().as('count'))
            .whereRef('other.team', '=', 'incidents.team')
            .where('other.status', 'in', [...ACTIVE])
            .where('other.type', '<>', STORM),
          '<',
          incidentsPerTeam,
        ),
      )
      .execute();
    for (const { id } of storms) await this.recorder.end(transaction, id, now, 'There is room for incidents again.');
  }

  private async forget(now: Date, signal: AbortSignal): Promise<void> {
    const resolvedBefore = new Date(now.getTime() - this.config.values.incidentRetention).toISOString();
    const deliveredBefore = new Date(now.getTime() - DELIVERIES_MS).toISOString();
    await this.inBatches(signal, (transaction) => deleteResolved(transaction, resolvedBefore));
    await this.inBatches(signal, (transaction) => deleteDeliveries(transaction, deliveredBefore));
  }

  private async inBatches(
    signal: AbortSignal,
    work: (transaction: StoreTransaction) => Promise<number>,
  ): Promise<void> {
    while (!signal.aborted && (await this.store.transaction(work)) === TOGETHER);
  }
}

/** Their evidence and timelines go with them. Answers how many went. */
async function deleteResolved(transaction: StoreTransaction, before: string): Promise<number> {
  const gone = await transaction
    .deleteFrom('incidents')
    .where('id', 'in', (row) =>
      row
        .selectFrom('incidents')
        .select('id')
        .where('status', '=', 'resolved')
        .where('resolved_at', '<', before)
        .limit(TOGETHER),
    )
    .returning('id')
    .execute();
  return gone.length;
}

async function deleteDeliveries(transaction: StoreTransaction, before: string): Promise<number> {
  const gone = await transaction
    .deleteFrom('webhook_deliveries')
    .where('key', 'in', (row) =>
      row.selectFrom('webhook_deliveries').select('key').where('at', '<', before).limit(TOGETHER),
    )
    .returning('key')
    .execute();
  return gone.length;
}
