import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../src/platform/config';
import { openKeys } from '../../src/platform/keys';
import { inspectSharedStore, inTerm, Store } from '../../src/platform/store';
import { LeasedLeadership } from '../../src/platform/store/leased-leadership';
import { TestPostgres } from '../support/test-postgres';
import { until } from '../support/remote-program';

let postgres: TestPostgres;
let folder: string;
let [left, right]: Store[] = [];

const options = () => ({ url: postgres.url(), connections: 3, name: 'spec' });
const confirmation = (id: string) => ({ id, expires_at: '2030-01-01T00:00:00Z' });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mctl-shared-'));
  postgres = await TestPostgres.start();
  // At the same moment, on an empty database.
  [left, right] = await Promise.all([Store.open(folder, options()), Store.open(folder, options())]);
});

afterAll(async () => {
  await left?.close();
  await right?.close();
  await postgres?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

it('runs one transaction at a time, whoever asks', async () => {
  const add = (store: Store) =>
    store.transaction(async (transaction) => {
      const rows = await transaction.selectFrom('confirmations').select('id').execute();
      await transaction
        .insertInto('confirmations')
        .values(confirmation(`row-${rows.length}`))
        .execute();
    });
  await Promise.all(Array.from({ length: 20 }, (_, index) => add(index % 2 ? left! : right!)));
  expect(await left!.db.selectFrom('confirmations').select('id').execute()).toHaveLength(20);
});

it('has one leader, and refuses what another one of before has begun', async () => {
  const [first, second] = [left!, right!].map((store) => new LeasedLeadership(store.shared!.control, 2_000));
  const write = (id: string) => () =>
    left!.transaction((transaction) => transaction.insertInto('confirmations').values(confirmation(id)).execute());
  first!.start();
  await until(
    () => first!.isLeader(),
    (isLeader) => isLeader,
  );
  second!.start();
  await inTerm(first!.term, write('first'));
  const { term } = first!;
  await first!.resign();
  await until(
    () => second!.isLeader(),
    (isLeader) => isLeader,
  );
  expect(second!.term).toBe((term ?? 0) + 1);
  await expect(inTerm(term, write('late'))).rejects.toMatchObject({ name: 'LeadershipLost' });
  await second!.resign();
  const ids = await left!.db.selectFrom('confirmations').select('id').where('id', 'in', ['first', 'late']).execute();
  expect(ids).toEqual([{ id: 'first' }]);
});

it('takes replicas with the same key only, and makes none for one that has none', async () => {
  const config = (name: string, more = {}) => readConfig({ MCTL_DATA_DIR: join(folder, name), ...more });
  const keys = await openKeys(config('one'), left!);
  const file = join(folder, 'one/keys/installation.pem');
  expect((await openKeys(config('two', { MCTL_KEY_FILE: file }), right!)).sealingKey).toEqual(keys.sealingKey);
  await expect(openKeys(config('three'), right!)).rejects.toMatchObject({ code: 'key_mismatch' });
  const other = mkdtempSync(join(tmpdir(), 'mctl-other-'));
  await openKeys(readConfig({ MCTL_DATA_DIR: other }), { shared: undefined } as Store);
  await expect(openKeys(readConfig({ MCTL_DATA_DIR: other }), right!)).rejects.toMatchObject({ code: 'key_mismatch' });
  rmSync(other, { recursive: true });
});

it('answers NUL in text, and numbers beyond 32 bits, as SQLite would or clearly', async () => {
  const find = left!.db.selectFrom('confirmations').select('id').where('id', '=', 'a\0b').execute();
  await expect(find).rejects.toMatchObject({ name: 'InvalidInput' });
  expect(
    await left!.db
      .selectFrom('audit')
      .select('seq')
      .where('seq', '>', 2 ** 40)
      .execute(),
  ).toEqual([]);
});

it('opens a store that a newer version has migrated, and the doctor says so', async () => {
  await postgres.query(`insert into kysely_migration values ('999-later', '2030')`);
  await (await Store.open(folder, options())).close();
  expect(await inspectSharedStore(options())).toMatchObject({
    unknownMigrations: ['999-later'],
    pendingMigrations: [],
  });
});
