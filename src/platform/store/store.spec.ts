import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { Unavailable } from '../errors';
import { Store } from './store';
import { isUniqueViolation, StoreInUse } from './store-faults';

const run = promisify(execFile);

/** Another process that opens the same file the same way and holds it, or says why it cannot. */
const OTHER = `
  const Sqlite = require('libsql');
  const sqlite = new Sqlite(process.argv[1]);
  sqlite.exec('PRAGMA locking_mode = EXCLUSIVE');
  sqlite.exec('PRAGMA journal_mode = WAL');
  sqlite.exec('CREATE TABLE IF NOT EXISTS held (x)');
  process.stdout.write('held\\n');
  process.stdin.resume();
  process.stdin.on('end', () => process.exit(0));`;

describe('Store', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'mctl-store-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const confirmation = (id: string) => ({ id, expires_at: '2030-01-01T00:00:00Z' });

  it('keeps what was written, in a folder of its owner', async () => {
    const nested = join(folder, 'data');
    const store = await Store.open(nested);
    await store.db.insertInto('confirmations').values(confirmation('a')).execute();
    await store.close();
    const again = await Store.open(nested);
    expect(await again.db.selectFrom('confirmations').select('id').execute()).toEqual([{ id: 'a' }]);
    await again.close();
    expect(statSync(nested).mode & 0o777).toBe(0o700);
  });

  it('is refused to a second process while the first holds it', async () => {
    const store = await Store.open(folder);
    const second = run(process.execPath, ['-e', OTHER, join(folder, 'mctl.db')]);
    await expect(second).rejects.toMatchObject({ stderr: expect.stringContaining('SQLITE_BUSY') });
    await store.close();
  });

  it('says which folder another process holds', async () => {
    const other = execFile(process.execPath, ['-e', OTHER, join(folder, 'mctl.db')]);
    try {
      await new Promise((resolve, reject) => {
        other.stdout?.once('data', resolve);
        other.once('exit', reject);
      });
      await expect(Store.open(folder)).rejects.toThrow(StoreInUse);
      await expect(Store.open(folder)).rejects.toThrow(folder);
    } finally {
      other.kill('SIGKILL');
      await new Promise((resolve) => other.once('close', resolve));
    }
    // What the other was killed over is no lock any more.
    await (await Store.open(folder)).close();
  });

  it('does all of a transaction or nothing', async () => {
    const store = await Store.open(folder);
    const failing = store.transaction(async (transaction) => {
      await transaction.insertInto('confirmations').values(confirmation('a')).execute();
      await transaction.insertInto('confirmations').values(confirmation('a')).execute();
    });
    const error: unknown = await failing.catch((reason: unknown) => reason);
    expect(isUniqueViolation(error)).toBe(true);
    expect(await store.db.selectFrom('confirmations').selectAll().execute()).toEqual([]);
    await store.close();
  });

  it('says that it is full, loses nothing by it, and goes on when there is room', async () => {
    const store = await Store.open(folder);
    await store.db.insertInto('confirmations').values(confirmation('a')).execute();
    await sql`PRAGMA max_page_count = 1`.execute(store.db);
    const filling = store.transaction(async (transaction) => {
      for (let i = 0; i < 200; i++) {
        await transaction
          .insertInto('confirmations')
          .values(confirmation(`${i}-${'x'.repeat(1000)}`))
          .execute();
      }
    });
    const error: unknown = await filling.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Unavailable);
    expect(error).toMatchObject({ code: 'store_unavailable', retryable: true });
    await sql`PRAGMA max_page_count = 1000000`.execute(store.db);
    expect(await store.db.selectFrom('confirmations').select('id').execute()).toEqual([{ id: 'a' }]);
    await store.transaction((transaction) =>
      transaction.insertInto('confirmations').values(confirmation('b')).execute(),
    );
    await store.close();
  });
});
