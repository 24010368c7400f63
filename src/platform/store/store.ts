import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'libsql';
import { type ExpressionBuilder, Kysely, Migrator, SqliteDialect, type Transaction } from 'kysely';
import { Unavailable } from '../errors';
import { migrations } from './migrations';
import type { Tables } from './tables';

export type Database = Kysely<Tables>;
export type StoreTransaction = Transaction<Tables>;
/** Builds conditions on the rows of one table. */
export type RowExpression<Table extends keyof Tables> = ExpressionBuilder<Tables, Table>;

/** Another process has the embedded store open. */
export class StoreInUse extends Error {
  constructor(readonly folder: string) {
    super(
      `Another process has the store in ${folder} open. Two processes never share it: stop the other one, or go through it.`,
    );
    this.name = StoreInUse.name;
  }
}

/** The file of the embedded store is no database, or a broken one. */
export class StoreDamaged extends Error {
  constructor(
    readonly file: string,
    cause: unknown,
  ) {
    super(`The store ${file} is damaged or no store.`, { cause });
    this.name = StoreDamaged.name;
  }
}

/** Whether SQLite says, of itself or as the cause of another error, that its file is damaged. */
export function isStoreDamage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  return code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT') || isStoreDamage(error.cause);
}

/** What MCTL remembers: the queue, the audit chain and an index of commits. What it holds about commits can be rebuilt from git. */
export class Store {
  private constructor(
    readonly db: Database,
    private readonly sqlite: InstanceType<typeof Sqlite>,
  ) {}

  /**
   * Opens the embedded store, creates and migrates it where needed.
   * @throws StoreInUse when another process holds it; StoreDamaged.
   */
  static async open(dataDir: string): Promise<Store> {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const sqlite = openSqlite(dataDir);
    const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: sqlite }) });
    const { error } = await new Migrator({ db, provider: migrations }).migrateToLatest();
    if (isStoreDamage(error)) throw new StoreDamaged(join(dataDir, 'mctl.db'), error);
    if (error) throw new Error('The store could not be migrated.', { cause: error });
    return new Store(db, sqlite);
  }

  /**
   * Runs `work` in one transaction.
   * @throws Unavailable where the store cannot write, e.g. a full disk: then nothing of `work` has happened.
   */
  async transaction<T>(work: (transaction: StoreTransaction) => Promise<T>): Promise<T> {
    try {
      return await this.db.transaction().execute(work);
    } catch (error) {
      throw isStorageFault(error) ? unavailable(error) : error;
    }
  }

  /** Gives the folder free for others. A closed libsql database alone keeps its lock until its statements are collected. */
  async close(): Promise<void> {
    if (this.sqlite.open) unlock(this.sqlite);
    await this.db.destroy();
  }
}

function openSqlite(dataDir: string): InstanceType<typeof Sqlite> {
  try {
    const file = join(dataDir, 'mctl.db');
    // SQLite gives its write-ahead log the mode of the file itself.
    closeSync(openSync(file, 'a', 0o600));
    const sqlite = new Sqlite(file);
    // The exclusive lock is the operating system's: it goes with the process, whatever kills it.
    sqlite.exec('PRAGMA locking_mode = EXCLUSIVE');
    sqlite.exec('PRAGMA journal_mode = WAL');
    // FULL: an intent that we acknowledged survives a power cut, not only a crash of this process.
    sqlite.exec('PRAGMA synchronous = FULL');
    sqlite.exec('PRAGMA foreign_keys = ON');
    return sqlite;
  } catch (error) {
    if (codeOf(error) === 'SQLITE_BUSY') throw new StoreInUse(dataDir);
    if (isStoreDamage(error)) throw new StoreDamaged(join(dataDir, 'mctl.db'), error);
    throw error;
  }
}

/** SQLite leaves the exclusive mode only outside of WAL, and lets go at the next read. */
function unlock(sqlite: InstanceType<typeof Sqlite>): void {
  try {
    sqlite.exec('PRAGMA journal_mode = DELETE');
    sqlite.exec('PRAGMA locking_mode = NORMAL');
    sqlite.exec('SELECT count(*) FROM sqlite_master');
  } catch {
    // A full disk, for one: nothing is lost, and the lock goes with the process.
  }
}

/** Constraint violations are ours to handle; everything else SQLite complains about is the disk or the file. */
function isStorageFault(error: unknown): boolean {
  const code = codeOf(error);
  return code.startsWith('SQLITE_') && !code.startsWith('SQLITE_CONSTRAINT');
}

export function isUniqueViolation(error: unknown): boolean {
  return /^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)$/.test(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function unavailable(cause: unknown): Unavailable {
  return new Unavailable('The store cannot be written, so nothing was done.', {
    code: 'store_unavailable',
    fix: 'Check free space and permissions of the data folder.',
    cause,
  });
}
