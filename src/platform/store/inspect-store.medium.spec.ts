import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'libsql';
import { inspectStore } from './inspect-store';
import { Store } from './store';
import { StoreInUse } from './store-faults';

describe(inspectStore, () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'mctl-inspect-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function closedStore(): Promise<void> {
    await (await Store.open(folder)).close();
  }

  it('has nothing to say before there is a store, and makes none', async () => {
    expect(await inspectStore(folder)).toBeUndefined();
    writeFileSync(join(folder, 'mctl.db'), '');
    expect(await inspectStore(folder)).toBeUndefined();
  });

  it('finds a new store whole and empty', async () => {
    await closedStore();
    expect(await inspectStore(folder)).toMatchObject({
      damage: [],
      unknownMigrations: [],
      pendingMigrations: [],
      unfinished: 0,
      lastAuditEntry: undefined,
      expectedLastEntry: undefined,
    });
  });

  it('counts what waits to be done, and names migrations to come and unknown ones', async () => {
    const store = await Store.open(folder);
    const row = {
      workflow: 'w',
      operation: 'o',
      actor: 'a',
      auth_method: 'm',
      door: 'd',
      request_id: 'r',
      input: '{}',
    };
    const rest = {
      args_digest: '',
      summary: '',
      answer: '{}',
      submitted_at: '',
      next_run_at: '',
      attempts: 0,
      stage: 'commit' as const,
    };
    for (const [index, status] of (['submitted', 'running', 'failed'] as const).entries()) {
      await store.db
        .insertInto('operations')
        .values({ ...row, ...rest, id: `${index}`, workflow: `${index}`, status })
        .execute();
    }
    await store.close();
    const sqlite = new Sqlite(join(folder, 'mctl.db'));
    sqlite.exec("UPDATE kysely_migration SET name = '999-later' WHERE name = '001-initial'");
    sqlite.close();
    expect(await inspectStore(folder)).toMatchObject({
      unfinished: 2,
      pendingMigrations: ['001-initial'],
      unknownMigrations: ['999-later'],
    });
  });

  it('says that somebody else has it open', async () => {
    const store = await Store.open(folder);
    await expect(inspectStore(folder)).rejects.toThrow(StoreInUse);
    await store.close();
  });

  it('leaves a store that was not closed free for the next start', async () => {
    const store = await Store.open(folder);
    const crashed = `${folder}.crashed`;
    cpSync(folder, crashed, { recursive: true });
    await store.close();
    expect(await inspectStore(crashed)).toMatchObject({ damage: [] });
    await (await Store.open(crashed)).close();
    rmSync(crashed, { recursive: true, force: true });
  });

  it('takes a file of another kind for a damaged store', async () => {
    writeFileSync(join(folder, 'mctl.db'), 'x'.repeat(8192));
    expect(await inspectStore(folder)).toMatchObject({ damage: ['file is not a database'] });
  });
});
