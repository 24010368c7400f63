import { Inject, Injectable } from '@nestjs/common';
import { type IncidentEventRow, type IncidentRow, isOfFormerTeam, type OperationRow, Store } from '../platform/store';

/** How long before an incident began a change may have caused it. */
const BEFORE_MS = 3_600_000;
const MOST = 20;

/** What changed just before an incident: on its service, or on its whole team. */
@Injectable()
export class RelatedOperations {
  constructor(@Inject(Store) private readonly store: Store) {}

  /**
   * Newest first, before it began the last time it did; none for an incident of no team. What failed has changed nothing and is left out.
   * @param events its timeline, oldest first.
   * @param formerTeams also what happened to a deleted team of the same name.
   */
  async before(row: IncidentRow, events: readonly IncidentEventRow[], formerTeams: boolean): Promise<OperationRow[]> {
    const { team, service } = row;
    if (team === '') return [];
    const began = beganOf(row, events);
    const from = new Date(Date.parse(began) - BEFORE_MS).toISOString();
    return this.store.db
      .selectFrom('operations')
      .selectAll()
      .where('team', '=', team)
      .where('target', 'in', [team, ...(service === null ? [] : [`${team}/${service}`])])
      .where('status', '<>', 'failed')
      .where('submitted_at', '<=', began)
      .where((each) => each.or([each('finished_at', 'is', null), each('finished_at', '>=', from)]))
      .$if(!formerTeams, (query) => query.where((each) => each.not(isOfFormerTeam('operations.team', 'operations.id'))))
      .orderBy('id', 'desc')
      .limit(MOST)
      .execute();
  }
}

/** Where a source ended it, `episode_at` is that end; then its last return in the timeline tells when it began. */
export function beganOf(
  { status, resolved_by, source, episode_at, first_seen }: IncidentRow,
  events: readonly Pick<IncidentEventRow, 'event' | 'at'>[],
): string {
  if (status !== 'resolved' || resolved_by !== source) return episode_at;
  return events.findLast(({ event }) => event === 'reopened')?.at ?? first_seen;
}
