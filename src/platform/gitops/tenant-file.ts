import { flagAt, isPlain, listAt, quantityMapAt, textAt } from './values';

export const ROLES = ['viewer', 'developer', 'owner'] as const;
export type Role = (typeof ROLES)[number];

export interface Member {
  readonly user: string;
  /** `unknown` where the file holds something else: whoever is listed so is refused, never guessed at. */
  readonly role: Role | 'unknown';
}

export interface GithubTeam {
  /** `organisation/slug`. */
  readonly team: string;
  readonly role: Role | 'unknown';
}

export interface Tenant {
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly contactEmail: string;
  readonly members: readonly Member[];
  readonly githubTeams: readonly GithubTeam[];
  /** ResourceQuota keys and quantities, e.g. `requests.cpu: 500m`. */
  readonly quotas: Readonly<Record<string, string>>;
  readonly networking: { intraNamespace: boolean; clusterEgress: boolean; internetEgress: boolean };
}

/** Reads the data of `tenants/{team}/values.yaml`; unknown keys stay in the file and are not our business here. */
export function readTenant(team: string, data: unknown): Tenant {
  return {
    name: textAt(data, 'tenant', 'name') ?? team,
    displayName: textAt(data, 'tenant', 'displayName') ?? '',
    description: textAt(data, 'tenant', 'description') ?? '',
    contactEmail: textAt(data, 'tenant', 'contactEmail') ?? '',
    members: listAt(data, 'tenant', 'members').flatMap(readMember),
    githubTeams: listAt(data, 'tenant', 'githubTeams').flatMap(readGithubTeam),
    quotas: quantityMapAt(data, 'tenant', 'quotas'),
    networking: {
      intraNamespace: flagAt(data, 'tenant', 'networking', 'allowIntraNamespace') ?? true,
      clusterEgress: flagAt(data, 'tenant', 'networking', 'allowClusterEgress') ?? false,
      internetEgress: flagAt(data, 'tenant', 'networking', 'allowInternetEgress') ?? false,
    },
  };
}

function readMember(entry: unknown): Member[] {
  const user = textAt(entry, 'userId') ?? textAt(entry, 'user');
  return isPlain(entry) && user ? [{ user, role: readRole(entry) }] : [];
}

function readGithubTeam(entry: unknown): GithubTeam[] {
  const team = textAt(entry, 'team');
  return isPlain(entry) && team ? [{ team, role: readRole(entry) }] : [];
}

function readRole(entry: unknown): Role | 'unknown' {
  const role = textAt(entry, 'role');
  return ROLES.find((known) => known === role) ?? 'unknown';
}
