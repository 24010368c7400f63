import { Conflict } from '../platform/errors';
import {
  type DatabaseFacts,
  type DatabaseFile,
  DEFAULT_DATABASES,
  type FileChange,
  type World,
} from '../platform/gitops';
import type { YamlEdit } from '../platform/gitops/yaml';
import type { Warning } from '../platform/operations/plan';
import { connectionEdits, connectionOf, hasConnection, shadowedBy } from './connection.edits';
import { clusterText, type NewDatabase, serverText } from './database-documents';
import { credentialPath, identifierOf, requireFreeIdentifier, VARIABLES } from './database-names.policy';
import { withExtensions } from './extension.edits';
import { requireAllowed } from './extensions.policy';
import { requireNothingLeft } from './left-over.policy';

export interface DatabaseRequest {
  readonly team: string;
  readonly service: string;
  /** Absent = the one that the service has; its own name for a new one. */
  readonly name?: string;
  readonly extensions?: readonly string[];
}

/** What it takes to give a service a database. */
export interface DatabasePlan {
  /** The database's own file; none where it is there and stays as it is. */
  readonly changes: readonly FileChange[];
  /** For the service's values; none where it has the connection already. */
  readonly edits: readonly YamlEdit[];
  readonly warnings: readonly Warning[];
  readonly isNew: boolean;
  readonly facts: ProvisionedDatabase;
}

/** What may be told of a database; no value of its credential. */
export interface ProvisionedDatabase {
  readonly name: string;
  /** In PostgreSQL. */
  readonly database: string;
  readonly role: string;
  readonly variables: readonly string[];
  readonly extensions: readonly string[];
}

/**
 * Pure. Gives a service of this world, or one that is about to be written, its database; again for the same service it changes
 * nothing but the extensions that are new.
 * @param values data of the service's values file.
 * @throws InvalidInput `reserved_name`, `extension_not_allowed`; Conflict `database_exists` (another service's), `service_has_database`
 * (another one), `database_left_over` (by a deleted team of this name), `unreadable_file`.
 */
export function planDatabase(world: World, request: DatabaseRequest, values: unknown): DatabasePlan {
  const { team, service } = request;
  const name = request.name ?? world.databaseOf(team, service)?.name ?? service;
  requireFreeIdentifier(team, name);
  const present = presentDatabase(world, request, name, values);
  if (!present) requireNothingLeft(world, { team, service, name });
  const { added, all } = extensionsOf(request, present);
  requireAllowed(added, databaseFacts(world).extensions);
  return {
    changes: present
      ? withExtensions(world, present, added)
      : [newFile(world, { team, name, service, extensions: all })],
    edits: connectionEdits(values, { team, service }),
    warnings: shadowedBy(values),
    isNew: present === undefined,
    facts: { ...identifiersOf(team, name, present), variables: VARIABLES, extensions: all },
  };
}

/** What the platform says about databases. */
export function databaseFacts({ platform }: World): DatabaseFacts {
  return platform.databases ?? DEFAULT_DATABASES;
}

/** Both sorted; one that is there is asked for in vain, allowed or not. */
function extensionsOf(
  { extensions = [] }: DatabaseRequest,
  present: DatabaseFile | undefined,
): { added: readonly string[]; all: readonly string[] } {
  const before = present?.extensions ?? [];
  const added = [...new Set(extensions)].filter((each) => !before.includes(each)).sort();
  return { added, all: [...before, ...added].sort() };
}

function identifiersOf(
  team: string,
  name: string,
  present: DatabaseFile | undefined,
): Pick<ProvisionedDatabase, 'name' | 'database' | 'role'> {
  const identifier = identifierOf(team, name);
  return { name, database: present?.database ?? identifier, role: present?.role ?? identifier };
}

function newFile(world: World, database: NewDatabase): FileChange {
  const facts = databaseFacts(world);
  const content = facts.mode === 'server' ? serverText(database) : clusterText(database, facts);
  return { path: world.layout.databaseFile(database.team, database.name), content };
}

/** The database that this service has already under this name. @throws Conflict where the name or the service is somebody else's. */
function presentDatabase(
  world: World,
  { team, service }: DatabaseRequest,
  name: string,
  values: unknown,
): DatabaseFile | undefined {
  const present = world.database(team, name);
  if (present && present.service !== service) throw nameTaken(world, present);
  const other = everyDatabase(world, team).find((each) => each.service === service && each.name !== name);
  if (other) throw serviceHas(name, other, service);
  requireOwnConnection(values, { team, service, isKnown: present !== undefined });
  return present;
}

/** @throws Conflict `unreadable_file`: it might be this service's, and the credential of two would be one. */
function everyDatabase(world: World, team: string): DatabaseFile[] {
  return world.databaseNames(team).flatMap((name) => world.database(team, name) ?? []);
}

interface Owner {
  readonly team: string;
  readonly service: string;
  /** There is a database of this service in the repository. */
  readonly isKnown: boolean;
}

/** A connection that people wrote leads to data in use: replacing it would start the service on an empty database. */
function requireOwnConnection(values: unknown, { team, service, isKnown }: Owner): void {
  if (!hasConnection(values)) return;
  if (isKnown && connectionOf(values).path === credentialPath(team, service)) return;
  throw new Conflict(`${team}/${service} has the connection of a database already, which MCTL did not make.`, {
    code: 'service_has_database',
    field: 'service',
    got: service,
    fix: 'Go on with that one; or, to start with an empty database, take dbSecret out of the service’s values in the GitOps repository first.',
  });
}

function nameTaken(world: World, { team, name, service }: DatabaseFile): Conflict {
  const path = world.layout.databaseFile(team, name);
  const whose =
    service === undefined ? `whose file ${path} names no service` : `which belongs to the service ${service}`;
  return new Conflict(`${team} has a database ${name} already, ${whose}.`, {
    code: 'database_exists',
    field: 'name',
    got: name,
    fix: 'Give the new database another name.',
  });
}

function serviceHas(wanted: string, { team, name }: DatabaseFile, service: string): Conflict {
  return new Conflict(`${team}/${service} has a database already: ${name}.`, {
    code: 'service_has_database',
    field: 'name',
    got: wanted,
    expected: `${name}, or nothing`,
    fix: `A service has one database. Call with name ${name} to add extensions to it.`,
  });
}
