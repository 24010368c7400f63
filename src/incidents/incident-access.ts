import { Inject, Injectable } from '@nestjs/common';
import { Access } from '../platform/auth/access';
import type { Actor } from '../platform/auth/actor';
import { InvalidInput, NotFound } from '../platform/errors';
import type { IncidentRow } from '../platform/store';
import type { IncidentFacts, Status } from './incident';
import { IncidentStore, type Visibility } from './incident-store';

/** Which incidents a caller may see, and which they may change. */
@Injectable()
export class IncidentAccess {
  constructor(
    @Inject(IncidentStore) private readonly incidents: IncidentStore,
    @Inject(Access) private readonly access: Access,
  ) {}

  /** @throws NotFound for a team that the caller is not in. */
  async visibility(actor: Actor, team?: string): Promise<Visibility> {
    if (actor.isAdmin) return { teams: team === undefined ? undefined : [team], formerTeams: true };
    if (team === undefined) return { teams: await this.access.visibleTeams(actor), formerTeams: false };
    await this.access.requireRole(actor, team, 'viewer');
    return { teams: [team], formerTeams: false };
  }

  /**
   * The one incident whose id is, or begins, so. Only those that the caller may see count: what others have makes no prefix ambiguous.
   * @throws NotFound; InvalidInput `ambiguous_id`.
   */
  async find(actor: Actor, id: string): Promise<IncidentRow> {
    const [row, other] = await this.incidents.find(await this.visibility(actor), id);
    if (!row) throw unknownIncident(id);
    if (other) throw ambiguous(id, [row.id, other.id]);
    return row;
  }

  /** @throws as `find`; NotAllowed for a member whose role is less than developer. */
  async forWriting(actor: Actor, id: string): Promise<IncidentFacts> {
    const row = await this.find(actor, id);
    // An administrator may also end what belongs to no team, or to one that is gone.
    if (!actor.isAdmin) await this.access.requireRole(actor, row.team, 'developer');
    return factsOf(row);
  }
}

function factsOf(row: IncidentRow): IncidentFacts {
  return {
    id: row.id,
    ...(row.team && { team: row.team }),
    ...(row.service !== null && { service: row.service }),
    type: row.type,
    status: row.status as Status,
    source: row.source,
    ...(row.acknowledged_by !== null && { acknowledgedBy: row.acknowledged_by }),
    ...(row.resolved_by !== null && { resolvedBy: row.resolved_by }),
  };
}

function unknownIncident(id: string): NotFound {
  return new NotFound(`There is no incident ${id} that you may see.`, {
    code: 'incident_not_found',
    field: 'id',
    got: id,
    fix: 'mctl_list_incidents lists those of your teams; status=resolved those that are over.',
  });
}

function ambiguous(id: string, examples: readonly string[]): InvalidInput {
  return new InvalidInput(`More than one of your incidents begins with ${id}.`, {
    code: 'ambiguous_id',
    field: 'id',
    got: id,
    expected: 'more digits of the id',
    allowed: examples,
    fix: 'Give more digits, or the whole id.',
  });
}
