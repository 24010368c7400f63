import { Inject, Injectable } from '@nestjs/common';
import {
  type IncidentEventRow,
  type IncidentEvidenceRow,
  type IncidentRow,
  type RowExpression,
  Store,
} from '../platform/store';
import { deletionAfter } from './former-teams';
import { ACTIVE, type Severity, type Status, STORM_FINGERPRINT } from './incident';

/** Teams with too many incidents that one list tells of. */
const MOST_STORMS = 50;

/** Whose incidents may be seen. */
export interface Visibility {
  /** Undefined = all, those of no known team included. */
  readonly teams?: readonly string[];
  /** Also those of deleted teams of the same names. */
  readonly formerTeams: boolean;
}

export interface IncidentFilter {
  readonly service?: string;
  readonly statuses?: readonly Status[];
  readonly severity?: Severity;
  readonly type?: string;
  /** Not reported before that moment only. */
  readonly notBefore?: Date;
  /** Last one of the page before. */
  readonly after?: { readonly lastSeen: string; readonly id: string };
  readonly limit: number;
}

export type CountedBy = 'status' | 'severity' | 'type' | 'team';

/** Reads incidents: filtered in the query, then limited. */
@Injectable()
export class IncidentStore {
  constructor(@Inject(Store) private readonly store: Store) {}

  /** Visible incidents whose id begins so; two of them tell that more digits are needed. The digits are hex: `g` sorts after all. */
  find(visibility: Visibility, prefix: string): Promise<IncidentRow[]> {
    return this.store.db
      .selectFrom('incidents')
      .selectAll()
      .where((row) => isVisible(row, visibility))
      .where('id', '>=', prefix)
      .where('id', '<', `${prefix}g`)
      .orderBy('id')
      .limit(2)
      .execute();
  }

  /** The newest incident of a team that has this fingerprint, whatever has become of it. */
  newestWith(team: string, fingerprint: string): Promise<IncidentRow | undefined> {
    return this.store.db
      .selectFrom('incidents')
      .selectAll()
      .where('team', '=', team)
      .where('fingerprint', '=', fingerprint)
      .orderBy('created_at', 'desc')
      .limit(1)
      .executeTakeFirst();
  }

  /** The one reported last first. */
  list(visibility: Visibility, { after, notBefore, limit, ...filter }: IncidentFilter): Promise<IncidentRow[]> {
    let query = this.store.db
      .selectFrom('incidents')
      .selectAll()
      .where((row) => isVisible(row, visibility))
      .orderBy('last_seen', 'desc')
      .orderBy('id', 'desc')
      .limit(limit);
    if (filter.statuses) query = query.where('status', 'in', [...filter.statuses]);
    if (filter.service) query = query.where('service', '=', filter.service);
    if (filter.severity) query = query.where('severity', '=', filter.severity);
    if (filter.type) query = query.where('type', '=', filter.type);
    // A bound before the epoch, or one that no Date can hold, bounds nothing.
    if (notBefore && notBefore.getTime() > 0) query = query.where('last_seen', '>=', notBefore.toISOString());
    if (after) {
      query = query.where((row) =>
        row.or([
          row('last_seen', '<', after.lastSeen),
          row.and([row('last_seen', '=', after.lastSeen), row('id', '<', after.id)]),
        ]),
      );
    }
    return query.execute();
  }

  /** What stands for left-out incidents at present, the one reported last first: what makes every list incomplete. */
  storms(visibility: Visibility): Promise<IncidentRow[]> {
    return this.store.db
      .selectFrom('incidents')
      .selectAll()
      .where((row) => isVisible(row, visibility))
      .where('fingerprint', '=', STORM_FINGERPRINT)
      .where('status', 'in', [...ACTIVE])
      .orderBy('last_seen', 'desc')
      .limit(MOST_STORMS)
      .execute();
  }

  /** Active incidents by each of the four, all as of one moment. */
  async activeCounts(visibility: Visibility): Promise<Record<CountedBy, Map<string, number>>> {
    return this.store.transaction(async (transaction) => {
      const by = async (column: CountedBy): Promise<Map<string, number>> => {
        const rows = await transaction
          .selectFrom('incidents')
          .select((row) => [column, row.fn.countAll<number | string>().as('count')])
          .where((row) => isVisible(row, visibility))
          .where('status', 'in', [...ACTIVE])
          .groupBy(column)
          .execute();
        return new Map(rows.map((row) => [row[column], Number(row.count)]));
      };
      return {
        status: await by('status'),
        severity: await by('severity'),
        type: await by('type'),
        team: await by('team'),
      };
    });
  }

  /** Oldest first. */
  evidence(id: string): Promise<IncidentEvidenceRow[]> {
    return this.store.db
      .selectFrom('incident_evidence')
      .selectAll()
      .where('incident_id', '=', id)
      .orderBy('seq')
      .execute();
  }

  /** Oldest first. */
  events(id: string): Promise<IncidentEventRow[]> {
    return this.store.db
      .selectFrom('incident_events')
      .selectAll()
      .where('incident_id', '=', id)
      .orderBy('seq')
      .execute();
  }
}

function isVisible(row: RowExpression<'incidents'>, { teams, formerTeams }: Visibility) {
  return row.and([
    ...(teams === undefined ? [] : [teams.length > 0 ? row('team', 'in', [...teams]) : row('id', '=', '')]),
    ...(formerTeams ? [] : [row.not(row.exists(deletionAfter(row)))]),
  ]);
}
