import { Kysely, PostgresDialect, type PostgresPool, sql } from 'kysely';
import { StorePool } from '../postgres';
import type { StoreReport } from './inspect-store';
import { migrations } from './migrations';
import { migrationsDone, type SharedStoreOptions } from './shared-store';
import { explainPostgres } from './store-faults';
import type { Tables } from './tables';

/** What can be said about a shared store without changing what it holds; it may be in use. */
export interface SharedStoreReport extends Omit<StoreReport, 'file' | 'damage'> {
  /** Of the server, e.g. `17.5`. */
  readonly version: string;
  /** Whether a replica leads at present: then at least one runs. */
  readonly isLed: boolean;
}

/**
 * Looks into the database that replicas share; undefined where there is no store in it yet. Makes nothing.
 * @throws Unavailable where it does not answer or refuses.
 */
export async function inspectSharedStore(options: SharedStoreOptions): Promise<SharedStoreReport | undefined> {
  const pool = new StorePool({ ...options, connections: 1, explain: explainPostgres });
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: pool as unknown as PostgresPool }) });
  try {
    const done = await migrationsDone(db);
    return done.length === 0 ? undefined : await report(db, done);
  } finally {
    await db.destroy();
  }
}

async function report(db: Kysely<Tables>, done: readonly string[]): Promise<SharedStoreReport> {
  const known = Object.keys(await migrations.getMigrations());
  const { rows: facts } = await sql<{ version: string; bytes: number }>`
    select current_setting('server_version') as version, pg_database_size(current_database()) as bytes
  `.execute(db);
  const any = await db.selectFrom('operations').select('id').limit(1).executeTakeFirst();
  const { unfinished } = await db
    .selectFrom('operations')
    .select((row) => row.fn.countAll<number>().as('unfinished'))
    .where('status', 'in', ['submitted', 'running'])
    .executeTakeFirstOrThrow();
  const { version, bytes } = facts[0] ?? { version: '', bytes: 0 };
  return {
    version,
    bytes,
    unknownMigrations: done.filter((name) => !known.includes(name)),
    pendingMigrations: known.filter((name) => !done.includes(name)),
    hasOperations: any !== undefined,
    unfinished,
    isLed: done.includes('011-replicas') && (await isLed(db)),
    ...(await auditEnd(db)),
  };
}

async function isLed(db: Kysely<Tables>): Promise<boolean> {
  const { rows } = await sql`select 1 from leases where name = 'leader' and expires_at > clock_timestamp()`.execute(db);
  return rows.length > 0;
}

/** Both in one statement: replicas go on writing meanwhile. */
async function auditEnd(db: Kysely<Tables>): Promise<Pick<StoreReport, 'lastAuditEntry' | 'expectedLastEntry'>> {
  const last = await db
    .selectFrom('audit')
    .leftJoin('audit_head', (join) => join.on('audit_head.id', '=', 1))
    .select(['audit.seq', 'at', 'event', 'operation', 'audit_head.seq as expected'])
    .orderBy('audit.seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!last) return { lastAuditEntry: undefined, expectedLastEntry: undefined };
  const { expected, ...lastAuditEntry } = last;
  return { lastAuditEntry, expectedLastEntry: expected === null || expected === last.seq ? undefined : expected };
}
