import { type DatabaseFile, listAt, type Service, textAt, type World } from '../platform/gitops';
import { VARIABLES } from '../provisioning';
import { exactValue } from '../platform/text/exact-text';
import { joinedName } from './name.policy';
import { dataOf, textOf } from './service-file';
import type { DatabasePart } from './services.dto';

/** Longest name that is told: the file may hold anything. */
const NAME = 300;

type Declared = Pick<DatabasePart, 'name' | 'database' | 'role' | 'made_by' | 'extensions'>;

/** What git says about a service's database: the connection in its values, and the database's own file. */
export function databasePartOf(world: World, service: Service): DatabasePart {
  return { ...connectionOf(world, service), ...declaredIn(world.databaseOf(service.team, service.name)) };
}

function connectionOf(world: World, service: Service): Pick<DatabasePart, 'provisioned' | 'secret' | 'variables'> {
  const { team, name, hasDatabase } = service;
  if (!hasDatabase) return { provisioned: false, secret: null, variables: [] };
  const secret = secretOf(dataOf(textOf(world, team, name)), joinedName(team, name));
  return { provisioned: true, secret: exactValue(secret, NAME), variables: [...VARIABLES] };
}

/** A database that somebody else made has no file. */
function declaredIn(file: DatabaseFile | undefined): Declared {
  if (!file) return { name: null, database: null, role: null, made_by: null, extensions: [] };
  const { name, database = null, role = null, mode = null, extensions } = file;
  const shown = (text: string | null) => (text === null ? null : exactValue(text, NAME));
  return {
    name: shown(name),
    database: shown(database),
    role: shown(role),
    made_by: shown(mode),
    extensions: extensions.map((each) => exactValue(each, NAME)),
  };
}

/** Charts name the Secret differently where the file does not; what the file takes its variables from then tells the name. */
function secretOf(data: unknown, joined: string): string {
  const used = listAt(data, 'envFrom')
    .map((source) => textAt(source, 'secretRef', 'name') ?? '')
    .find((name) => name.startsWith(`${joined}-`) && name.endsWith('-db-creds'));
  return textAt(data, 'dbSecret', 'secretName') ?? used ?? `${joined}-db-creds`;
}
