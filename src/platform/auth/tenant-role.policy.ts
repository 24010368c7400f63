import { type Role, ROLES, type Tenant } from '../gitops';
import type { Actor } from './actor';

type Entry = { readonly role: Role | 'unknown' };

/**
 * The caller's role in a tenant. An entry for the person decides: it says something about them, be it more or less than about their
 * teams. Without one, the best role of the GitHub teams they are in, since each of these grants something to all who are in it.
 * What is listed twice counts as the lesser role, what has an unknown role as not listed (rules of the upstream platform).
 */
export function tenantRole(
  tenant: Pick<Tenant, 'members' | 'githubTeams'>,
  actor: Pick<Actor, 'login' | 'teams'>,
): Role | undefined {
  const login = actor.login.toLowerCase();
  const isListed = tenant.members.some(({ user }) => user.toLowerCase() === login);
  return isListed ? memberRole(tenant, actor) : teamRole(tenant, actor.teams ?? []);
}

/** The role of an entry for the person alone. */
export function memberRole(tenant: Pick<Tenant, 'members'>, actor: Pick<Actor, 'login'>): Role | undefined {
  const login = actor.login.toLowerCase();
  return least(tenant.members.filter(({ user }) => user.toLowerCase() === login));
}

function teamRole({ githubTeams }: Pick<Tenant, 'githubTeams'>, teams: readonly string[]): Role | undefined {
  const roles = teams.map((team) => least(githubTeams.filter((entry) => entry.team.toLowerCase() === team)));
  return ROLES.findLast((role) => roles.includes(role));
}

function least(entries: readonly Entry[]): Role | undefined {
  const roles = entries.map(({ role }) => role);
  return roles.includes('unknown') ? undefined : ROLES.find((role) => roles.includes(role));
}
