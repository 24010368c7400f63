import { Inject, Injectable } from '@nestjs/common';
import { Conflict, NotAllowed, NotFound, Unavailable } from '../errors';
import { Gitops, type Role, ROLES, type Tenant, type World } from '../gitops';
import { nearest } from '../text/nearest';
import type { Actor } from './actor';
import { tenantRole } from './tenant-role.policy';

export interface TeamRole {
  readonly name: string;
  readonly role: Role;
}

/**
 * Who may do what, from the tenant files at HEAD and the administrators of the configuration, read anew for every call.
 * A team that the caller is not in answers exactly like one that does not exist.
 */
@Injectable()
export class Access {
  constructor(@Inject(Gitops) private readonly gitops: Gitops) {}

  /** @throws NotFound for a stranger, NotAllowed for a member whose role is too low, Unavailable where the role cannot be read. */
  async requireRole(actor: Actor, team: string, least: Role): Promise<void> {
    this.checkRole(await this.gitops.world(), actor, team, least);
  }

  /** As `requireRole`, for what a declaration asks of the team that argument `team` names. */
  check(world: World, actor: Actor, rule: { role: Role | 'any' | 'admin' }, input: object): void {
    if (rule.role === 'any') return;
    if (rule.role === 'admin') return requireAdmin(actor);
    this.checkRole(world, actor, 'team' in input ? String(input.team) : '', rule.role);
  }

  private checkRole(world: World, actor: Actor, team: string, least: Role): void {
    if (actor.isAdmin) return this.requireTeam(actor, world, team);
    const role = roleIn(world, actor, team);
    if (role === undefined) throw this.unknownTeam(actor, world, team);
    if (ROLES.indexOf(role) < ROLES.indexOf(least)) throw tooLow(world, team, role, least);
  }

  /** The caller's teams, sorted; for an administrator only those that list them as a member. */
  async teamsOf(actor: Actor): Promise<TeamRole[]> {
    const world = await this.gitops.world();
    return teamsIn(world, actor);
  }

  /** Names of the teams whose data the caller may see, sorted. */
  async visibleTeams(actor: Actor): Promise<readonly string[]> {
    const world = await this.gitops.world();
    return actor.isAdmin ? world.teams() : teamsIn(world, actor).map(({ name }) => name);
  }

  private requireTeam(actor: Actor, world: World, team: string): void {
    if (!world.hasTenant(team)) throw this.unknownTeam(actor, world, team);
  }

  private unknownTeam(actor: Actor, world: World, team: string): NotFound {
    const own = actor.isAdmin ? world.teams() : teamsIn(world, actor).map(({ name }) => name);
    const near = nearest(team, own);
    return new NotFound(`There is no team ${team} that you are a member of.`, {
      code: 'team_not_found',
      field: 'team',
      got: team,
      ...(near && { allowed: near }),
      fix: [near ? `Did you mean ${near.join(' or ')}?` : 'mctl_whoami lists your teams.', actor.teamsUnknown]
        .filter(Boolean)
        .join(' '),
    });
  }
}

function requireAdmin(actor: Actor): void {
  if (actor.isAdmin) return;
  throw new NotAllowed('Only platform administrators may do this.', {
    fix: 'Ask a platform administrator (MCTL_ADMINS).',
  });
}

function teamsIn(world: World, actor: Actor): TeamRole[] {
  return world.teams().flatMap((name) => {
    const role = readable(world, name) ? roleIn(world, actor, name) : undefined;
    return role ? [{ name, role }] : [];
  });
}

function readable(world: World, team: string): boolean {
  try {
    return world.tenant(team) !== undefined;
  } catch (error) {
    if (error instanceof Conflict) return false;
    throw error;
  }
}

/** @throws Unavailable where the tenant file cannot be read: not knowing is never a pass, nor a plain no. */
export function roleIn(
  world: World,
  actor: Pick<Actor, 'login' | 'teams' | 'assigned'>,
  team: string,
): Role | undefined {
  let tenant: Tenant | undefined;
  try {
    tenant = world.tenant(team);
  } catch (cause) {
    throw new Unavailable('Your role in this team cannot be read, so nothing was done.', {
      code: 'role_unreadable',
      cause,
    });
  }
  if (tenant && actor.assigned) return actor.assigned.team === team ? actor.assigned.role : undefined;
  return tenant && tenantRole(tenant, actor);
}

function tooLow(world: World, team: string, role: Role, least: Role): NotAllowed {
  const owners =
    world
      .tenant(team)
      ?.members.filter((member) => member.role === 'owner')
      .map(({ user }) => user) ?? [];
  return new NotAllowed(`This needs the role ${least} in ${team}; yours is ${role}.`, {
    code: 'role_too_low',
    got: role,
    expected: least,
    fix: `Ask an owner of ${team}${owners.length > 0 ? ` (${owners.slice(0, 5).join(', ')})` : ''} to do it or to raise your role.`,
  });
}
