import { Inject, Injectable } from '@nestjs/common';
import { isOfFormerTeam, type IncidentRow, type OperationRow, Store } from '../platform/store';

/** How long before an incident began a change may have caused it. */
const BEFORE_MS = 3_600_000;
const MOST = 20;

/** What changed just before an incident: on its service, or on its whole team. */
@Injectable()
export class RelatedOperations {
  constructor(@Inject(Store) private readonly store: Store) {}

  /**
   * Newest first; none for an incident of no team. What failed has changed nothing and is left out.
   * @param formerTeams also what happened to a deleted team of the same name.
   */
  async before({ team, service, first_seen: began }: IncidentRow, formerTeams: boolean): Promise<OperationRow[]> {
    if (team === '') return [];
    const from = new Date(Date.parse(began) - BEFORE_MS).toISOString();
    return this.store.db
      .selectFrom('operations')
      .selectAll()
      .where('team', '=', team)
      .where('target', 'in', [team, ...(service === null ? [] : [`${team}/${service}`])])
      .where('status', '<>', 'failed')
      .where('submitted_at', '<=', began)
      .where((row) => row.or([row('finished_at', 'is', null), row('finished_at', '>=', from)]))
      .$if(!formerTeams, (query) => query.where((row) => row.not(isOfFormerTeam('operations.team', 'operations.id'))))
      .orderBy('id', 'desc')
      .limit(MOST)
      .execute();
  }
}
