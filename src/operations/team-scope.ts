import type { Access } from '../platform/auth/access';
import type { Actor } from '../platform/auth/actor';

/** Whose rows a caller may see in a list of what happened. */
export interface TeamScope {
  /** Undefined = all. */
  readonly teams?: readonly string[];
  /** The caller's own rows too, whatever their team: it may be gone, or not there yet. */
  readonly self?: string;
  /** Also of teams of these names that were deleted. For administrators: to others a name's past belongs to somebody else. */
  readonly formerTeams: boolean;
}

/** @throws NotFound for a team that the caller is not in. */
export async function teamScope(access: Access, actor: Actor, team: string | undefined): Promise<TeamScope> {
  if (actor.isAdmin) return { teams: team ? [team] : undefined, formerTeams: true };
  if (team === undefined) return { teams: await access.visibleTeams(actor), self: actor.login, formerTeams: false };
  await access.requireRole(actor, team, 'viewer');
  return { teams: [team], formerTeams: false };
}
