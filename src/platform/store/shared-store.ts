import { MctlError } from '../errors';
import { Kysely, Migrator, type MigrationProvider, PostgresDialect, type PostgresPool, sql } from 'kysely';
import { log } from '../logging';
import { StorePool } from '../postgres';
import { ControlConnection } from './control-connection';
import { migrations } from './migrations';
import { presentTerm } from './present-term';
import { Signals } from './signals';
import { SqliteColumns } from './sqlite-columns';
import type { Database, StoreEngine, StoreTransaction } from './store';
import { explainPostgres, LeadershipLost } from './store-faults';
import type { Tables } from './tables';

/** How the database that several replicas share is reached. */
export interface SharedStoreOptions {
  readonly url: string;
  readonly connections: number;
  /** Name of this process in `pg_stat_activity`. */
  readonly name: string;
}

/** What only a shared store has. */
export interface Shared {
  readonly pool: StorePool;
  readonly control: ControlConnection;
  readonly signals: Signals;
}

/** Number of the advisory lock that makes transactions of all replicas follow one another; `mctl` in ASCII. */
const TURN = 0x6d63746c;

/**
 * Opens the database that several replicas share and migrates it where needed, one replica at a time.
 * @throws Unavailable where it does not answer.
 */
export async function openSharedStore(options: SharedStoreOptions): Promise<{ db: Database; engine: StoreEngine }> {
  const pool = new StorePool({ ...options, explain: explainPostgres });
  // Kysely's type asks for cursors as well; MCTL uses none.
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: pool as unknown as PostgresPool }) });
  const control = new ControlConnection(options);
  const signals = new Signals(true, (signal) => control.tell(signal));
  control.onSignal((signal) => signals.receive(signal));
  try {
    await migrate(db);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  // The pool has explained what the driver said; what else comes out of a transaction is its own.
  const close = async (): Promise<void> => {
    await control.close();
    await db.destroy();
  };
  return { db, engine: { begin, explain: (error) => error, close, shared: { pool, control, signals } } };
}

/**
 * One transaction at a time, as in the embedded store: the audit chain needs one writer anyway, and nobody who writes a feature has to
 * think of what others do in between. PostgreSQL gives the lock back with the transaction, whatever ends it.
 */
async function begin(transaction: StoreTransaction): Promise<void> {
  await sql`select pg_advisory_xact_lock(${sql.lit(TURN)})`.execute(transaction);
  const term = presentTerm();
  if (term === undefined) return;
  // Shared lock: nobody takes the lease over before this transaction has ended.
  const { rows } = await sql`select 1 from leases where name = 'leader' and term = ${term} for share`.execute(
    transaction,
  );
  if (rows.length === 0) throw new LeadershipLost();
}

async function migrate(db: Database): Promise<void> {
  const provider: MigrationProvider = { getMigrations: () => withUnknown(db) };
  const { error } = await new Migrator({ db: db.withPlugin(new SqliteColumns()), provider }).migrateToLatest();
  if (!error) return;
  const explained = explainPostgres(error);
  // What has words of its own, e.g. a server that is away, is told in these.
  throw explained instanceof MctlError ? explained : new Error('The store could not be migrated.', { cause: error });
}

/**
 * Those of this version, and names that a newer one has left: while replicas are replaced one by one, an old one must be able to start
 * again. Migrations only add (ADR 24), so it can work with what it does not know.
 */
async function withUnknown(db: Database): ReturnType<MigrationProvider['getMigrations']> {
  const known = await migrations.getMigrations();
  const unknown = (await migrationsDone(db)).filter((name) => !(name in known));
  if (unknown.length > 0) {
    log.warn({ migrations: unknown }, 'a newer MCTL has migrated the store; this one goes on with it');
  }
  const nothing = { up: () => Promise.resolve() };
  return { ...known, ...Object.fromEntries(unknown.map((name) => [name, nothing])) };
}

/** Names of the migrations that have run; none where there is no store yet. */
export async function migrationsDone(db: Kysely<never> | Database): Promise<string[]> {
  const { rows: tables } = await sql<{
    name: string | null;
  }>`select to_regclass('kysely_migration')::text as name`.execute(db);
  if (!tables[0]?.name) return [];
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name collate "C"`.execute(db);
  return rows.map(({ name }) => name);
}
