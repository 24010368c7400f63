import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'libsql';
import { migrations } from './migrations';
import { StoreInUse } from './store-faults';

/** What can be said about the embedded store without changing what it holds. */
export interface StoreReport {
  readonly file: string;
  readonly bytes: number;
  /** What SQLite's `quick_check` found; empty = nothing; undefined = not asked, the file is too large for it. */
  readonly damage: readonly string[] | undefined;
  /** Names of migrations that this version does not know: a newer one has been here. */
  readonly unknownMigrations: readonly string[];
  /** Those that the next start will run. */
  readonly pendingMigrations: readonly string[];
  /** Whether it knows any operation. */
  readonly hasOperations: boolean;
  /** Operations that have been accepted and have not ended. */
  readonly unfinished: number;
  readonly lastAuditEntry: LastAuditEntry | undefined;
  /** Number of the entry that the store says is the last; undefined where it does not say, or says the same. */
  readonly expectedLastEntry: number | undefined;
}

export interface LastAuditEntry {
  readonly seq: number;
  readonly at: string;
  readonly event: string;
  readonly operation: string;
}

/** Reading every page of a larger file would keep somebody waiting who wants to know what is wrong. */
const QUICK_CHECK_BYTES = 512 * 1024 * 1024;
const MAX_DAMAGE_LINES = 10;
const NO_AUDIT = { lastAuditEntry: undefined, expectedLastEntry: undefined };

type Database = InstanceType<typeof Sqlite>;

/**
 * Looks into the store of a data folder on which no server runs; undefined where there is none yet.
 * @throws StoreInUse while another process has it open.
 */
export async function inspectStore(dataDir: string): Promise<StoreReport | undefined> {
  const file = join(dataDir, 'mctl.db');
  // An empty file is one that a start was interrupted over; SQLite takes it for a new database.
  if (!existsSync(file) || statSync(file).size === 0) return undefined;
  const known = Object.keys(await migrations.getMigrations());
  const sqlite = new Sqlite(file);
  try {
    return report(sqlite, file, known);
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    if (code === 'SQLITE_BUSY') throw new StoreInUse(dataDir);
    if (code === 'SQLITE_NOTADB' || code?.startsWith('SQLITE_CORRUPT')) return damaged(file, [message]);
    throw error;
  } finally {
    sqlite.close();
  }
}

function report(sqlite: Database, file: string, known: readonly string[]): StoreReport {
  sqlite.exec('PRAGMA query_only = ON');
  const { size: bytes } = statSync(file);
  const damage = bytes > QUICK_CHECK_BYTES ? undefined : quickCheck(sqlite);
  if (damage && damage.length > 0) return damaged(file, damage);
  const done = namesOfMigrations(sqlite);
  const hasTables = done.length > 0;
  const found = {
    file,
    bytes,
    damage,
    unknownMigrations: done.filter((name) => !known.includes(name)),
    pendingMigrations: known.filter((name) => !done.includes(name)),
    hasOperations: hasTables && sqlite.prepare('SELECT id FROM operations LIMIT 1').all().length > 0,
    unfinished: hasTables ? countUnfinished(sqlite) : 0,
    ...(hasTables ? auditEnd(sqlite) : NO_AUDIT),
  };
  letGo(sqlite);
  return found;
}

function quickCheck(sqlite: Database): string[] {
  const rows = sqlite.prepare(`PRAGMA quick_check(${MAX_DAMAGE_LINES})`).all() as { quick_check: string }[];
  return rows.flatMap((row) => row.quick_check.split('\n')).filter((line) => line !== 'ok' && !line.startsWith('***'));
}

function namesOfMigrations(sqlite: Database): string[] {
  if (!hasTable(sqlite, 'kysely_migration')) return [];
  return (sqlite.prepare('SELECT name FROM kysely_migration').all() as { name: string }[]).map(({ name }) => name);
}

function hasTable(sqlite: Database, name: string): boolean {
  return sqlite.prepare('SELECT name FROM sqlite_master WHERE name = ?').all(name).length > 0;
}

function countUnfinished(sqlite: Database): number {
  const count = "SELECT count(*) AS n FROM operations WHERE status IN ('submitted', 'running')";
  return (sqlite.prepare(count).all() as { n: number }[])[0]?.n ?? 0;
}

/** Whether the trail ends where its head says: a cheap look, where `mctl audit verify` reads everything. */
function auditEnd(sqlite: Database): Pick<StoreReport, 'lastAuditEntry' | 'expectedLastEntry'> {
  const last = 'SELECT seq, at, event, operation FROM audit ORDER BY seq DESC LIMIT 1';
  const lastAuditEntry = (sqlite.prepare(last).all() as LastAuditEntry[])[0];
  const expected = hasTable(sqlite, 'audit_head')
    ? (sqlite.prepare('SELECT seq FROM audit_head WHERE id = 1').all() as { seq: number }[])[0]?.seq
    : undefined;
  return { lastAuditEntry, expectedLastEntry: expected === (lastAuditEntry?.seq ?? 0) ? undefined : expected };
}

/**
 * After a crash the file is in WAL mode, in which a connection keeps a lock until the process ends, and a start of the server would
 * be refused meanwhile. Leaving the mode is what closing in order does; what the file holds stays the same.
 */
function letGo(sqlite: Database): void {
  sqlite.exec('PRAGMA query_only = OFF');
  sqlite.exec('PRAGMA journal_mode = DELETE');
  sqlite.exec('SELECT count(*) FROM sqlite_master');
}

function damaged(file: string, damage: readonly string[]): StoreReport {
  const unread = { unknownMigrations: [], pendingMigrations: [], hasOperations: false, unfinished: 0, ...NO_AUDIT };
  return { file, bytes: statSync(file).size, damage: damage.slice(0, MAX_DAMAGE_LINES), ...unread };
}
