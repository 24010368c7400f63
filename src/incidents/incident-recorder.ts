import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../platform/config';
import type { IncidentRow, StoreTransaction } from '../platform/store';
import { deletionAfter } from './former-teams';
import { ACTIVE, STORM, STORM_FINGERPRINT } from './incident';
import { addEvent, addEvidence, type IncidentEvent } from './incident-parts';
import type { Cleared, Firing, Outcome, Recorded } from './report';
import { type Transition, TRANSITIONS } from './transitions.policy';

const OURSELVES = 'mctl';

/** Nobody has done anything about it, or not since it came back. */
const UNTOUCHED = {
  acknowledged_by: null,
  acknowledged_at: null,
  resolved_by: null,
  resolved_at: null,
  resolution: null,
} satisfies Partial<IncidentRow>;

/**
 * Takes reports into the store: one incident of a team and fingerprint at a time. Everything happens inside the caller's transaction,
 * and every change of a status says in its own statement which status it may come from.
 */
@Injectable()
export class IncidentRecorder {
  constructor(@Inject(Config) private readonly config: Config) {}

  async record(transaction: StoreTransaction, report: Firing | Cleared, now: Date): Promise<Recorded> {
    await this.endFormer(transaction, now, report.team ?? '');
    return report.kind === 'firing' ? this.fire(transaction, report, now) : this.clear(transaction, report, now);
  }

  /** Changes one incident's status where the table allows it at this very moment. False where somebody else was first. */
  async move(
    transaction: StoreTransaction,
    id: string,
    { transition, change, event }: { transition: Transition; change: Partial<IncidentRow>; event: IncidentEvent },
  ): Promise<boolean> {
    const { from, to } = TRANSITIONS[transition];
    const moved = await transaction
      .updateTable('incidents')
      .set({ ...change, status: to })
      .where('id', '=', id)
      .where('status', 'in', [...from])
      .returning('id')
      .executeTakeFirst();
    if (moved) await addEvent(transaction, id, event);
    return moved !== undefined;
  }

  /**
   * Ends what belongs to a team that is gone; `team` limits it to the teams of that name. Otherwise a new team of that name would be
   * reported into an incident that it may not see.
   */
  async endFormer(transaction: StoreTransaction, now: Date, team?: string): Promise<number> {
    if (team === '') return 0;
    const rows = await transaction
      .selectFrom('incidents')
      .select('id')
      .where('status', '<>', 'resolved')
      .where((row) => row.exists(deletionAfter(row)))
      .$if(team !== undefined, (query) => query.where('team', '=', team ?? ''))
      .execute();
    for (const { id } of rows) await this.end(transaction, id, now, 'The team was deleted.');
    return rows.length;
  }

  /** Ends an incident in MCTL's own name. */
  async end(transaction: StoreTransaction, id: string, now: Date, resolution: string): Promise<void> {
    const at = now.toISOString();
    await this.move(transaction, id, {
      transition: 'resolve',
      change: { resolved_by: OURSELVES, resolved_at: at, resolution },
      event: { at, event: 'resolved', actor: OURSELVES, text: resolution },
    });
  }

  private async fire(transaction: StoreTransaction, report: Firing, now: Date): Promise<Recorded> {
    const recorded = report.isRemark
      ? await this.remark(transaction, report)
      : ((await this.repeat(transaction, report, now)) ??
        (await this.reopen(transaction, report, now)) ??
        (await this.create(transaction, report, now)));
    if (recorded.id !== undefined && recorded.outcome !== 'counted' && recorded.outcome !== 'stale') {
      const { evidence, source } = report;
      await addEvidence(transaction, recorded.id, { evidence, at: now.toISOString(), source });
      await this.investigate(transaction, recorded.id, report, now);
    }
    return recorded;
  }

  private async remark(transaction: StoreTransaction, { team = '', fingerprint }: Firing): Promise<Recorded> {
    const row = await transaction
      .selectFrom('incidents')
      .select('id')
      .where('team', '=', team)
      .where('fingerprint', '=', fingerprint)
      .where('status', '<>', 'resolved')
      .executeTakeFirst();
    return row ? { outcome: 'repeated', id: row.id } : { outcome: 'unknown' };
  }

  private async repeat(transaction: StoreTransaction, report: Firing, now: Date): Promise<Recorded | undefined> {
    const since = report.since.toISOString();
    const row = await transaction
      .updateTable('incidents')
      .set({ last_seen: now.toISOString(), summary: report.summary, severity: report.severity })
      .set((each) => ({
        occurrences: each('occurrences', '+', 1),
        service: each.fn.coalesce(each.val(report.service ?? null), 'service'),
        episode_at: each.case().when('episode_at', '<', since).then(since).else(each.ref('episode_at')).end(),
      }))
      .where('team', '=', report.team ?? '')
      .where('fingerprint', '=', report.fingerprint)
      .where('status', '<>', 'resolved')
      .returning('id')
      .executeTakeFirst();
    return row && { outcome: 'repeated', id: row.id };
  }

  private async reopen(transaction: StoreTransaction, report: Firing, now: Date): Promise<Recorded | undefined> {
    const last = await this.lastResolved(transaction, report);
    if (!last) return undefined;
    if (report.isOrdered && report.since.toISOString() < last.episode_at) return { outcome: 'stale', id: last.id };
    const ago = now.getTime() - Date.parse(last.resolved_at ?? '');
    if (!(ago <= this.config.values.incidentFlapWindow)) return undefined;
    const at = now.toISOString();
    const flaps = last.flaps + 1;
    const isOpen = await this.move(transaction, last.id, {
      transition: 'reopen',
      change: {
        ...UNTOUCHED,
        flaps,
        occurrences: last.occurrences + 1,
        last_seen: at,
        episode_at: report.since.toISOString(),
        summary: report.summary,
        severity: report.severity,
        service: report.service ?? last.service,
      },
      event: {
        at,
        event: 'reopened',
        actor: report.actor,
        text: `Reported again ${minutes(ago)} after ${last.resolved_by ?? 'somebody'} resolved it; that is flap ${flaps}.`,
      },
    });
    return isOpen ? { outcome: 'reopened', id: last.id } : undefined;
  }

  private lastResolved(
    transaction: StoreTransaction,
    { team = '', fingerprint }: Firing,
  ): Promise<IncidentRow | undefined> {
    return transaction
      .selectFrom('incidents')
      .selectAll()
      .where('team', '=', team)
      .where('fingerprint', '=', fingerprint)
      .where('status', '=', 'resolved')
      .where((row) => row.not(row.exists(deletionAfter(row))))
      .orderBy('resolved_at', 'desc')
      .limit(1)
      .executeTakeFirst();
  }

  private async create(transaction: StoreTransaction, report: Firing, now: Date): Promise<Recorded> {
    const { team = '', fingerprint } = report;
    if (fingerprint !== STORM_FINGERPRINT && (await this.isFull(transaction, team))) {
      const { id } = await this.fire(transaction, this.stormOf(report, now), now);
      return { outcome: 'counted', id };
    }
    const row = newRow(report, now);
    await transaction.insertInto('incidents').values(row).execute();
    await addEvent(transaction, row.id, {
      at: row.created_at,
      event: 'opened',
      actor: report.actor,
      text: report.summary,
    });
    return { outcome: 'created', id: row.id };
  }

  private async isFull(transaction: StoreTransaction, team: string): Promise<boolean> {
    const { count } = await transaction
      .selectFrom('incidents')
      .select((row) => row.fn.countAll<number | string>().as('count'))
      .where('team', '=', team)
      .where('status', 'in', [...ACTIVE])
      .where('fingerprint', '<>', STORM_FINGERPRINT)
      .executeTakeFirstOrThrow();
    return Number(count) >= this.config.values.incidentsPerTeam;
  }

  private stormOf({ team, type, summary, source }: Firing, now: Date): Firing {
    return {
      kind: 'firing',
      ...(team !== undefined && { team }),
      fingerprint: STORM_FINGERPRINT,
      source: OURSELVES,
      actor: OURSELVES,
      type: STORM,
      severity: 'critical',
      summary: `${this.config.values.incidentsPerTeam} incidents are active; further ones are only counted here until some are resolved.`,
      since: now,
      evidence: [{ kind: 'left_out', content: `${type} from ${source}: ${summary}` }],
      isOrdered: false,
    };
  }

  /** Ends the team's open incident; with `isEverywhere` also those that the source made for whoever it belonged to then, and no person's. */
  private async clear(transaction: StoreTransaction, report: Cleared, now: Date): Promise<Recorded> {
    const { team = '', fingerprint, source, isEverywhere = false } = report;
    const open = await transaction
      .selectFrom('incidents')
      .select(['id', 'episode_at'])
      .where('fingerprint', '=', fingerprint)
      .where((row) => row.or([row('team', '=', team), ...(isEverywhere ? [row('source', '=', source)] : [])]))
      .where('status', '<>', 'resolved')
      .orderBy('id')
      .execute();
    const found: Recorded[] = [];
    for (const each of open) found.push(await this.clearOne(transaction, each, report, now));
    const by = (wanted: Outcome) => found.find(({ outcome }) => outcome === wanted);
    return by('resolved') ?? by('stale') ?? { outcome: 'unknown' };
  }

  private async clearOne(
    transaction: StoreTransaction,
    { id, episode_at: began }: Pick<IncidentRow, 'id' | 'episode_at'>,
    { asOf: moment, actor, resolution }: Cleared,
    now: Date,
  ): Promise<Recorded> {
    const [asOf, at] = [moment.toISOString(), now.toISOString()];
    if (asOf < began) return { outcome: 'stale', id };
    const isResolved = await this.move(transaction, id, {
      transition: 'resolve',
      change: { resolved_by: actor, resolved_at: at, resolution, episode_at: asOf },
      event: { at, event: 'resolved', actor, text: resolution },
    });
    return isResolved ? { outcome: 'resolved', id } : { outcome: 'unknown' };
  }

  /** What somebody found out moves the incident on, and never back. */
  private async investigate(transaction: StoreTransaction, id: string, report: Firing, now: Date): Promise<void> {
    const { analysis, proposedFix, prUrl, actor } = report;
    const change = {
      ...(analysis !== undefined && { analysis }),
      ...(proposedFix !== undefined && { proposed_fix: proposedFix }),
      ...(prUrl !== undefined && { pr_url: prUrl }),
    };
    if (Object.keys(change).length === 0) return;
    await transaction
      .updateTable('incidents')
      .set(change)
      .where('id', '=', id)
      .where('status', '<>', 'resolved')
      .execute();
    const transition = proposedFix === undefined && prUrl === undefined ? 'analyse' : 'propose';
    const event = transition === 'analyse' ? 'analysis' : 'fix_proposed';
    await this.move(transaction, id, { transition, change, event: { at: now.toISOString(), event, actor } });
  }
}

function newRow(report: Firing, now: Date): IncidentRow {
  const { team = '', service = null, type, severity, summary, fingerprint, source } = report;
  const [at, since] = [now.toISOString(), report.since.toISOString()];
  return {
    ...UNTOUCHED,
    id: randomBytes(16).toString('hex'),
    team,
    service,
    type,
    severity,
    status: 'open',
    summary,
    fingerprint,
    source,
    occurrences: 1,
    flaps: 0,
    first_seen: since,
    last_seen: at,
    episode_at: since,
    created_at: at,
    analysis: null,
    proposed_fix: null,
    pr_url: null,
  };
}

function minutes(milliseconds: number): string {
  const count = Math.max(0, Math.round(milliseconds / 60_000));
  return count === 0 ? 'less than a minute' : `${count} min`;
}
