import { InvalidInput } from '../platform/errors';

/** PostgreSQL cuts longer identifiers off without a word (NAMEDATALEN). */
export const LONGEST_IDENTIFIER = 63;

/**
 * Name of a database and of the role that owns it; the same one, so that a cluster can let in each role to its own database alone
 * (`sameuser` in pg_hba). The underscore is in no team's and no database's name: `a-b`/`c` and `a`/`b-c` stay two databases.
 */
export function identifierOf(team: string, name: string): string {
  return `${team}_${name}`;
}

/** Name of every Kubernetes object of a database; all teams' stand in one namespace. The dot keeps them apart as above. */
export function objectName(team: string, name: string): string {
  return `${team}.${name}`;
}

/** Kubernetes Secret in the team's namespace with the variables; the default of chart `service`. */
export function secretName(team: string, service: string): string {
  return `${team}-${service}-db-creds`;
}

/** Where the credential is in the secret store: a place of its own beside the service's values, which retiring the service spares. */
export function credentialPath(team: string, service: string): string {
  return `teams/${team}/${credentialScope(service)}`;
}

/** The part of that path that stands for the service. No service is called so. */
export function credentialScope(service: string): string {
  return `${service}/database`;
}

/** What the service finds in its environment (chart `service`, templates/externalsecret.yaml). */
export const VARIABLES = ['DATABASE_URL', 'DB_HOST', 'DB_PORT', 'DB_NAME', 'DB_USER', 'DB_PASSWORD'] as const;

/** Of CloudNativePG (CRD `databaseroles`, rules) and of PostgreSQL itself. */
const RESERVED_ROLES = ['postgres', 'streaming_replica'];
const RESERVED_PREFIXES: Readonly<Record<string, string>> = { pg_: 'PostgreSQL', cnpg_: 'CloudNativePG' };

/** @throws InvalidInput `reserved_name`: e.g. team `pg` or team `streaming` with database `replica`. */
export function requireFreeIdentifier(team: string, name: string): void {
  const identifier = identifierOf(team, name);
  const prefix = Object.keys(RESERVED_PREFIXES).find((each) => identifier.startsWith(each));
  const owner = prefix === undefined ? 'PostgreSQL' : RESERVED_PREFIXES[prefix];
  if (prefix === undefined && !RESERVED_ROLES.includes(identifier)) return;
  throw new InvalidInput(`The database would be called ${identifier}, which ${owner} keeps for itself.`, {
    code: 'reserved_name',
    field: prefix === undefined ? 'name' : 'team',
    got: prefix === undefined ? name : team,
    fix:
      prefix === undefined
        ? 'Choose another name.'
        : `No database of a team can begin with ${prefix}: it takes a team of another name.`,
  });
}
