import { Inject, Injectable } from '@nestjs/common';
import { type AuditRow, Store, type RowExpression } from '../store';

export interface AuditFilter {
  /** Teams whose entries may be seen; undefined = all, entries without a team included. */
  readonly teams?: readonly string[];
  /** Whose own entries may be seen too, whatever their team: it may be gone. */
  readonly self?: string;
  /** Also what happened to deleted teams of the same names. */
  readonly formerTeams: boolean;
  readonly actor?: string;
  readonly operation?: string;
  readonly event?: string;
  readonly notBefore?: Date;
  /** Only entries older than this sequence number. */
  readonly before?: number;
  readonly limit: number;
}

/** Reads the audit trail, newest first: filtered in the query, then limited. */
@Injectable()
export class AuditQuery {
  constructor(@Inject(Store) private readonly store: Store) {}

  async list({
    teams,
    self,
    formerTeams,
    actor,
    operation,
    event,
    notBefore,
    before,
    limit,
  }: AuditFilter): Promise<AuditRow[]> {
    let query = this.store.db.selectFrom('audit').selectAll().orderBy('seq', 'desc').limit(limit);
    if (teams) {
      query = query.where((row) =>
        row.or([...(teams.length > 0 ? [row('team', 'in', [...teams])] : []), row('actor', '=', self ?? '')]),
      );
    }
    if (!formerTeams) {
      query = query.where((row) => row.or([row.not(row.exists(deletionAfter(row))), row('actor', '=', self ?? '')]));
    }
    if (actor) query = query.where('actor', '=', actor);
    if (operation) query = query.where('operation', '=', operation);
    if (event) query = query.where('event', '=', event);
    // A bound before the epoch, or one that no Date can hold, bounds nothing.
    if (notBefore && notBefore.getTime() > 0) query = query.where('at', '>=', notBefore.toISOString());
    if (before !== undefined) query = query.where('seq', '<', before);
    return query.execute();
  }
}

/** The past of a deleted team does not belong to whoever takes its name next. */
function deletionAfter(row: RowExpression<'audit'>) {
  return row
    .selectFrom('audit as deletion')
    .select('deletion.seq')
    .whereRef('deletion.team', '=', 'audit.team')
    .where('deletion.operation', '=', 'delete-tenant')
    .where('deletion.event', '=', 'succeeded')
    .whereRef('deletion.seq', '>=', 'audit.seq');
}
