import { Conflict } from '../platform/errors';
import type { DatabaseFile, FileChange, LeftOver, World } from '../platform/gitops';
import { toYaml } from '../platform/gitops/yaml';
import { credentialPath, identifierOf } from './database-names.policy';

export interface LeftOverKey {
  readonly team: string;
  readonly service: string;
  readonly name: string;
}

/**
 * Pure. What a team leaves behind when it is deleted: its databases are no longer declared, but data, roles and, with a cluster,
 * credentials stay where they are. Noted in git, so that it is known whatever becomes of the store, until an administrator takes it out.
 * @throws Conflict `unreadable_file`, see `World.leftOver`.
 */
export function noteLeftOver(world: World, team: string): FileChange[] {
  const databases = world.databaseNames(team).map((name) => entryOf(team, name, world.readableDatabase(team, name)));
  if (databases.length === 0) return [];
  const all = [...world.leftOver(team), ...databases];
  const entries = all.map(({ name, service, database, role, credential }) =>
    Object.fromEntries(
      Object.entries({ name, service, database, role, credential }).flatMap(([key, text]) =>
        text ? [[key, text]] : [],
      ),
    ),
  );
  return [{ path: world.layout.leftOverFile(team), content: header(team) + toYaml({ databases: entries }) }];
}

/** Names of ours where the file does not say, which are the likely ones. */
function entryOf(team: string, name: string, file: DatabaseFile | undefined): LeftOver {
  const identifier = identifierOf(team, name);
  const { service, database = identifier, role = identifier } = file ?? {};
  return { name, service, database, role, ...(service && { credential: credentialPath(team, service) }) };
}

function header(team: string): string {
  return `# Databases of a deleted team ${team}. While one stands here, whoever has the team's name now cannot get it.
# A platform administrator drops database and role, removes the credential, and then takes the entry out (docs/databases.md).
`;
}

/**
 * The same name means the same database, the same service the same credential. What does not say which service it was for may be any's.
 * @throws Conflict `database_left_over`; `unreadable_file` where nobody can tell.
 */
export function requireNothingLeft(world: World, { team, service, name }: LeftOverKey): void {
  const left = world
    .leftOver(team)
    .find((each) => each.service === undefined || each.service === service || each.name === name);
  if (!left) return;
  const path = world.layout.leftOverFile(team);
  const what = left.database ?? left.name ?? 'that nobody can tell';
  throw new Conflict(`A deleted team of the name ${team} left a database behind: ${what}. It is not for this one.`, {
    code: 'database_left_over',
    field: left.name === name ? 'name' : 'service',
    got: left.name === name ? name : service,
    details: { database: left.database, role: left.role, credential: left.credential, path },
    fix: `Have a platform administrator save or drop database and role, remove the credential in the secret store, and then take the entry out of ${path}; or use a service and a database of other names.`,
  });
}
