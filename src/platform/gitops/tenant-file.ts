import { flagAt, isPlain, listAt, mapAt, quantityMapAt, textAt } from './values';

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
  /** The folder's: what the file says there does not count. */
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly contactEmail: string;
  readonly members: readonly Member[];
  readonly githubTeams: readonly GithubTeam[];
  /** ResourceQuota keys and quantities, e.g. `requests.cpu: 500m`. */
  readonly quotas: Readonly<Record<string, string>>;
  /** The second namespace, `{team}-preview`, with a quota of its own. */
  readonly preview: { readonly enabled: boolean; readonly quotas: Readonly<Record<string, string>> };
  readonly networking: { intraNamespace: boolean; clusterEgress: boolean; internetEgress: boolean };
}

/** Reads the data of `tenants/{team}/values.yaml`; unknown keys stay in the file and are not our business here. */
export function readTenant(team: string, data: unknown): Tenant {
  return {
    name: team,
    displayName: textAt(data, 'tenant', 'displayName') ?? '',
    description: textAt(data, 'tenant', 'description') ?? '',
    contactEmail: textAt(data, 'tenant', 'contactEmail') ?? '',
    members: listAt(data, 'tenant', 'members').flatMap(readMember),
    githubTeams: listAt(data, 'tenant', 'githubTeams').flatMap(readGithubTeam),
    quotas: quantityMapAt(data, 'tenant', 'quotas'),
    preview: {
      enabled: flagAt(data, 'tenant', 'preview', 'enabled') ?? true,
      quotas: readPreviewQuotas(data),
    },
    networking: {
      intraNamespace: flagAt(data, 'tenant', 'networking', 'allowIntraNamespace') ?? true,
      clusterEgress: flagAt(data, 'tenant', 'networking', 'allowClusterEgress') ?? false,
      internetEgress: flagAt(data, 'tenant', 'networking', 'allowInternetEgress') ?? false,
    },
  };
}

/** Defaults of chart `tenant` (charts/tenant/values.yaml), which Helm merges with the file's key by key; `null` takes one out. */
const PREVIEW_QUOTAS = {
  'requests.cpu': '1',
  'requests.memory': '2Gi',
  'limits.cpu': '4',
  'limits.memory': '4Gi',
  pods: '8',
};

function readPreviewQuotas(data: unknown): Record<string, string> {
  const given = mapAt(data, 'tenant', 'preview', 'quotas');
  const kept = Object.entries(PREVIEW_QUOTAS).filter(([key]) => !Object.hasOwn(given, key));
  return { ...Object.fromEntries(kept), ...quantityMapAt(data, 'tenant', 'preview', 'quotas') };
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
