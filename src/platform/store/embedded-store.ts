import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'libsql';
import { Kysely, Migrator, SqliteDialect } from 'kysely';
import { migrations } from './migrations';
import type { Database, StoreEngine } from './store';
import { codeOf, explainSqlite, isStoreDamage, StoreDamaged, StoreInUse } from './store-faults';
import type { Tables } from './tables';

/**
 * Opens the embedded store, creates and migrates it where needed.
 * @throws StoreInUse when another process holds it; StoreDamaged.
 */
export async function openEmbeddedStore(dataDir: string): Promise<{ db: Database; engine: StoreEngine }> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const sqlite = openSqlite(dataDir);
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: sqlite }) });
  const { error } = await new Migrator({ db, provider: migrations }).migrateToLatest();
  if (isStoreDamage(error)) throw new StoreDamaged(join(dataDir, 'mctl.db'), error);
  if (error) throw new Error('The store could not be migrated.', { cause: error });
  const engine: StoreEngine = {
    begin: () => Promise.resolve(),
    explain: explainSqlite,
    // Gives the folder free for others. A closed libsql database alone keeps its lock until its statements are collected.
    close: async () => {
      if (sqlite.open) unlock(sqlite);
      await db.destroy();
    },
  };
  return { db, engine };
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
