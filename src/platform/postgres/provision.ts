import { randomBytes } from 'node:crypto';
import { Conflict, Unavailable } from '../errors';
import { readMark, type Mark, markText } from './mark';
import type { Credential, Keeper, Provisioned, WantedDatabase } from './new-database';
import { id, integer, literal } from './quoted';
import { scramVerifier } from './scram';
import type { Session } from './session';

interface Found {
  readonly role?: { readonly mark?: Mark };
  readonly database?: { readonly mark?: Mark; readonly owner: string };
}

/**
 * Makes role and database, or finishes what a try before left: each step looks at what is there first. One process at a time works
 * on a name. The password comes last, when the database is closed to everybody else.
 * @param open another session on the same server, in the database that is named.
 * @throws Conflict where the name is somebody else's, or an extension is not there; Conflict, Unavailable: see `serverFailure`.
 */
export async function provision(
  admin: Session,
  wanted: WantedDatabase,
  keeper: Keeper,
  open: (database: string) => Promise<Session>,
): Promise<Provisioned> {
  await lock(admin, wanted.name);
  await requireExtensions(admin, wanted.extensions);
  const found = await look(admin, wanted.name);
  requireOurs(found, wanted);
  if (!wanted.isInUse) await requireOwnTry(found, wanted);
  if (!found.role) await createRole(admin, wanted);
  const leave = await joinRole(admin, wanted.name);
  try {
    if (!found.database) await createDatabase(admin, wanted);
    if (wanted.extensions.length > 0) await extend(wanted, open);
    if (!wanted.isInUse || !found.database) await closeToOthers(admin, wanted);
    const credential = await giveCredential(admin, wanted, found.role?.mark, keeper);
    return { created: !found.database, ...credential, othersOpen: await countOpen(admin, wanted.name) };
  } finally {
    await leave();
  }
}

/** Held until the session ends, however it ends. */
async function lock(admin: Session, name: string): Promise<void> {
  const [row] = await admin.rows<{ held: boolean }>(
    'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS held',
    `mctl:${name}`,
  );
  if (row?.held) return;
  throw new Unavailable('Another operation is working on this database; MCTL tries again.', { code: 'database_busy' });
}

async function requireExtensions(admin: Session, extensions: readonly string[]): Promise<void> {
  if (extensions.length === 0) return;
  const rows = await admin.rows<{ name: string }>('SELECT name FROM pg_available_extensions');
  const available = new Set(rows.map(({ name }) => name));
  const missing = extensions.filter((name) => !available.has(name));
  if (missing.length === 0) return;
  throw new Conflict(`The PostgreSQL server does not have ${missing.join(', ')}.`, {
    code: 'extension_unavailable',
    field: 'extensions',
    got: missing.join(', '),
    fix: 'Leave it out, or have an administrator install it on the server.',
  });
}

async function look(admin: Session, name: string): Promise<Found> {
  const [role] = await admin.rows<{ comment: string | null }>(
    `SELECT shobj_description(oid, 'pg_authid') AS comment FROM pg_roles WHERE rolname = $1`,
    name,
  );
  const [database] = await admin.rows<{ comment: string | null; owner: string }>(
    `SELECT shobj_description(oid, 'pg_database') AS comment, pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = $1`,
    name,
  );
  return {
    role: role && { mark: readMark(role.comment) },
    database: database && { mark: readMark(database.comment), owner: database.owner },
  };
}

/** A role or database of this name that MCTL did not make for this owner may hold anything, and be used by anybody. */
function requireOurs({ role, database }: Found, { name, owner }: WantedDatabase): void {
  if (role && role.mark?.owner !== owner) throw taken('role', name);
  // Between its making and its mark there is a moment, but the role that owns it has one by then.
  const isOurs = database?.mark ? database.mark.owner === owner : database?.owner === name && role !== undefined;
  if (database && !isOurs) throw taken('database', name);
}

/**
 * What git does not declare is there from a try that broke off, and then nobody was ever given it; or it is what a team of the same
 * name left behind, which is not for whoever has the name now. What is inside tells nothing: tables are seen, but functions, large
 * objects and settings would go unseen to the next owner.
 */
async function requireOwnTry({ role, database }: Found, wanted: WantedDatabase): Promise<void> {
  if (!role && !database) return;
  // Between a database's making and its mark there is a moment; its role has one by then.
  const marks = [role?.mark, ...(database?.mark ? [database.mark] : [])];
  for (const mark of marks) {
    if (!(await mayGoOn(mark?.operation, wanted))) throw leftOver(wanted.name);
  }
}

async function mayGoOn(began: string | undefined, { operation, mayFinish }: WantedDatabase): Promise<boolean> {
  return began !== undefined && (began === operation || mayFinish(began));
}

function leftOver(name: string): Conflict {
  return new Conflict(
    `There is a database or role ${name} of before on the PostgreSQL server, which git does not declare.`,
    {
      code: 'database_left_over',
      field: 'name',
      got: name,
      fix: 'Choose another name, or have an administrator save the data and drop database and role.',
    },
  );
}

function taken(kind: string, name: string): Conflict {
  return new Conflict(`There is a ${kind} ${name} on the PostgreSQL server that MCTL did not make for this service.`, {
    code: 'database_taken',
    field: 'name',
    got: name,
    fix: 'Choose another name, or have an administrator rename or drop what is there.',
  });
}

async function createRole(admin: Session, { name, owner, connections, operation }: WantedDatabase): Promise<void> {
  await admin.transaction(async () => {
    await admin.run`CREATE ROLE ${id(name)} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT ${integer(connections)}`;
    await admin.run`COMMENT ON ROLE ${id(name)} IS ${literal(markText({ owner, operation }))}`;
  });
}

/** Whoever is no superuser must be in a role to make something of its own; answers how to get out of it again. */
async function joinRole(admin: Session, name: string): Promise<() => Promise<void>> {
  const [self] = await admin.rows<{ rolsuper: boolean }>('SELECT rolsuper FROM pg_roles WHERE rolname = current_user');
  if (self?.rolsuper) return () => Promise.resolve();
  await admin.run`GRANT ${id(name)} TO CURRENT_USER`;
  return () => admin.run`REVOKE ${id(name)} FROM CURRENT_USER`;
}

/** Not a part of any transaction, PostgreSQL says. From `template0`: nobody is ever connected to that, which would be in the way. */
async function createDatabase(admin: Session, { name }: WantedDatabase): Promise<void> {
  await admin.run`CREATE DATABASE ${id(name)} OWNER ${id(name)} TEMPLATE template0`;
}

/** PostgreSQL lets every role connect to a new database, and make temporary tables in it. */
async function closeToOthers(admin: Session, { name, owner, operation }: WantedDatabase): Promise<void> {
  await admin.run`REVOKE ALL ON DATABASE ${id(name)} FROM PUBLIC`;
  await admin.run`COMMENT ON DATABASE ${id(name)} IS ${literal(markText({ owner, operation }))}`;
}

/** What only a session in the database itself can do. */
async function extend(
  { name, extensions }: WantedDatabase,
  open: (database: string) => Promise<Session>,
): Promise<void> {
  const session = await open(name);
  try {
    for (const extension of extensions) await session.run`CREATE EXTENSION IF NOT EXISTS ${id(extension)}`;
  } finally {
    await session.close();
  }
}

/**
 * The credential in the store and the role's password are two places. The store gets it first, the role then takes it over together
 * with the version that it is: where the process dies in between, the versions differ, and the next try gives both a new one.
 */
async function giveCredential(
  admin: Session,
  wanted: WantedDatabase,
  mark: Mark | undefined,
  keeper: Keeper,
): Promise<Pick<Provisioned, 'rotated' | 'version'>> {
  const kept = await keeper.version();
  if (kept !== undefined && kept === mark?.version) {
    if (!wanted.isInUse) await markRole(admin, wanted, kept);
    return { rotated: false, version: kept };
  }
  const credential = newCredential(admin, wanted);
  const version = await keeper.keep(credential);
  await admin.transaction(async () => {
    const verifier = scramVerifier(credential.password);
    await admin.run`ALTER ROLE ${id(wanted.name)} PASSWORD ${literal(verifier)}`;
    await markRole(admin, wanted, version);
  });
  return { rotated: true, version };
}

function markRole(admin: Session, { name, owner, operation }: WantedDatabase, version: number): Promise<void> {
  return admin.run`COMMENT ON ROLE ${id(name)} IS ${literal(markText({ owner, version, operation }))}`;
}

/** Only how many: their names are not for whoever asks for a database. */
async function countOpen(admin: Session, name: string): Promise<number> {
  const [row] = await admin.rows<{ open: number }>(
    `SELECT count(*)::int AS open FROM pg_database
     WHERE datallowconn AND datname NOT IN ('postgres', 'template1', $1) AND has_database_privilege('public', oid, 'CONNECT')`,
    name,
  );
  return row?.open ?? 0;
}

/** 192 bits in characters that neither a URL nor a shell gives a meaning. */
const PASSWORD_BYTES = 24;

function newCredential({ address }: Session, { name, host }: WantedDatabase): Credential {
  return {
    host: host ?? address.host,
    port: String(address.port),
    database: name,
    username: name,
    password: randomBytes(PASSWORD_BYTES).toString('base64url'),
  };
}
