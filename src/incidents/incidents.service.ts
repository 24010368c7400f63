import { Inject, Injectable } from '@nestjs/common';
import type { Actor } from '../platform/auth/actor';
import { RateLimits } from '../platform/auth/rate-limits';
import { Clock } from '../platform/clock';
import { parseDuration } from '../platform/config';
import { InvalidInput } from '../platform/errors';
import type { WarningItem } from '../platform/operations/dto';
import { fitting, readCursor, writeCursor } from '../platform/schema';
import type { IncidentRow } from '../platform/store';
import { ACTIVE, SEVERITIES } from './incident';
import { IncidentAccess } from './incident-access';
import { IncidentStore } from './incident-store';
import { answerOf, itemOf, LIST_UNTRUSTED, lookAtWorst } from './incident-view';
import type {
  GetIncidentInput,
  IncidentAnswer,
  IncidentList,
  IncidentSummary,
  IncidentSummaryInput,
  ListIncidentsInput,
} from './incidents.dto';
import { RelatedOperations } from './related-operations';

/** Types are words of whoever raises alerts: there may be any number of them. */
const MOST_TYPES = 50;
/** Ids that are kept ready for completion. */
const MOST_IDS = 200;
const UNASSIGNED = '(unassigned)';
const OTHER = '(other)';

/** What can be read about incidents. */
@Injectable()
export class IncidentsService {
  constructor(
    @Inject(IncidentStore) private readonly incidents: IncidentStore,
    @Inject(IncidentAccess) private readonly access: IncidentAccess,
    @Inject(RelatedOperations) private readonly related: RelatedOperations,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(RateLimits) private readonly limits: RateLimits,
  ) {}

  /** Incidents of the caller's teams, the one reported last first. @throws NotFound for a team that the caller is not in. */
  async list(actor: Actor, input: ListIncidentsInput): Promise<IncidentList> {
    const { limit, team, status, since, cursor, ...filter } = input;
    const visibility = await this.access.visibility(actor, team);
    const rows = await this.incidents.list(visibility, {
      service: filter.service,
      severity: filter.severity,
      type: filter.type,
      statuses: status === 'active' ? ACTIVE : [status],
      notBefore: since === undefined ? undefined : new Date(this.clock.now().getTime() - (parseDuration(since) ?? 0)),
      after: cursor === undefined ? undefined : readPlace(readCursor(cursor)),
      limit: limit + 1,
    });
    const page = fitting(rows.slice(0, limit), itemOf);
    const last = page.at(-1);
    return {
      items: page.map(itemOf),
      count: page.length,
      next_cursor: rows.length > page.length && last ? writeCursor(`${last.last_seen} ${last.id}`) : null,
      untrusted: LIST_UNTRUSTED,
      warnings: (await this.incidents.storms(visibility)).map(stormWarning),
      next_actions: lookAtWorst(page),
    };
  }

  /** The worst active incident of a team, of several the one reported last. @throws NotFound as `list`. */
  async worst(actor: Actor, team: string): Promise<IncidentAnswer | undefined> {
    for (const severity of SEVERITIES) {
      const { items } = await this.list(actor, { team, severity, status: 'active', limit: 1 });
      if (items[0]) return this.get(actor, items[0]);
    }
    return undefined;
  }

  /** Ids of the active incidents, the one reported last first. @throws NotFound as `list`. */
  async ids(actor: Actor, team?: string): Promise<string[]> {
    const { items } = await this.list(actor, { team: team || undefined, status: 'active', limit: MOST_IDS });
    return items.map(({ id }) => id);
  }

  /**
   * Counts for its team, which only the incident tells.
   * @throws NotFound for an incident that the caller may not see; InvalidInput where several begin so; RateLimited.
   */
  async get(actor: Actor, { id }: GetIncidentInput): Promise<IncidentAnswer> {
    const row = await this.access.find(actor, id);
    if (row.team) await this.limits.countTeam(actor, row.team, 'read');
    return this.show(actor, row);
  }

  /** Active incidents that the caller may see, counted in the query. @throws NotFound for a team that the caller is not in. */
  async summary(actor: Actor, { team }: IncidentSummaryInput): Promise<IncidentSummary> {
    const counts = await this.incidents.activeCounts(await this.access.visibility(actor, team));
    return {
      by_status: plain(counts.status),
      by_severity: plain(counts.severity),
      by_type: plain(mostFrequent(counts.type)),
      by_team: plain(new Map([...counts.team].map(([name, count]) => [name || UNASSIGNED, count]))),
      total: [...counts.status.values()].reduce((sum, count) => sum + count, 0),
    };
  }

  private async show(actor: Actor, row: IncidentRow): Promise<IncidentAnswer> {
    const { id } = row;
    const [evidence, events] = [await this.incidents.evidence(id), await this.incidents.events(id)];
    return answerOf(row, { evidence, events, related: await this.related.before(row, events, actor.isAdmin) });
  }
}

/** What a cursor of ours holds. @throws InvalidInput */
function readPlace(text: string): { lastSeen: string; id: string } {
  const [, lastSeen, id] = /^(\d{4}-\d\d-\d\dT[\d:.]{12}Z) ([0-9a-f]{32})$/.exec(text) ?? [];
  if (lastSeen !== undefined && id !== undefined) return { lastSeen, id };
  throw new InvalidInput('cursor is not valid.', { field: 'cursor', expected: 'next_cursor of the page before' });
}

function stormWarning({ team, occurrences }: IncidentRow): WarningItem {
  const whose = team || 'no known team';
  const message = `The list of ${whose} is not complete: ${occurrences} reports came while it had more active incidents than MCTL keeps (MCTL_INCIDENTS_PER_TEAM).`;
  return { code: 'incident_storm', message };
}

function mostFrequent(counts: ReadonlyMap<string, number>): Map<string, number> {
  const sorted = [...counts].sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1));
  const rest = sorted.slice(MOST_TYPES).reduce((sum, [, count]) => sum + count, 0);
  return new Map([...sorted.slice(0, MOST_TYPES), ...(rest > 0 ? [[OTHER, rest] as const] : [])]);
}

/** Sorted by name. */
function plain(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
