import { openTestStore } from '../../../test/support/test-store';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../config';
import { Keys } from '../keys';
import { Store } from '../store';
import { EmbeddedSecretStore } from './embedded-secret-store';
import { SecretValue } from './secret-value';
import { readSecretsKey, secretsKeyOf } from './secrets-key';

const api = { team: 'billing', service: 'api' };

describe('EmbeddedSecretStore', () => {
  let folder: string;
  let store: Store;
  let secrets: EmbeddedSecretStore;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mctl-secrets-'));
    store = await openTestStore(folder);
    secrets = new EmbeddedSecretStore(store, randomBytes(32));
  });

  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const put = (name: string, text: string, place = api): Promise<number> =>
    secrets
      .put({ ...place, values: new Map([[name, new SecretValue(text)]]), by: 'ada' })
      .then((kept) => kept.get(name) ?? 0);
  const read = async (name: string, { team, service } = api) => (await secrets.read(team, service, name))?.reveal();
  const sealedOf = async (name: string) =>
    (await store.db.selectFrom('secrets').selectAll().where('name', '=', name).executeTakeFirstOrThrow()).sealed;

  it('keeps the newest value under the next version', async () => {
    expect([await put('KEY', 'one'), await put('KEY', 'two'), await put('OTHER', 'three')]).toEqual([1, 2, 1]);
    expect([await read('KEY'), await read('OTHER'), await read('NONE')]).toEqual(['two', 'three', undefined]);
    expect(await secrets.versions('billing', 'api')).toEqual([
      { name: 'KEY', version: 2, updated_at: expect.stringMatching(/^\d{4}-.*Z$/) },
      { name: 'OTHER', version: 1, updated_at: expect.any(String) },
    ]);
  });

  it('knows what has a value, per service', async () => {
    await put('KEY', 'one');
    expect(await secrets.has('billing', 'api', ['KEY', 'NONE'])).toEqual(new Set(['KEY']));
    expect(await secrets.has('billing', 'web', ['KEY'])).toEqual(new Set());
    expect(await secrets.versions('elsewhere', 'api')).toEqual([]);
  });

  it('does not open a value that was moved to another place or version', async () => {
    await put('KEY', 'one');
    await put('OTHER', 'two');
    await store.db
      .updateTable('secrets')
      .set({ sealed: await sealedOf('OTHER') })
      .where('name', '=', 'KEY')
      .execute();
    await expect(read('KEY')).rejects.toMatchObject({ code: 'secret_damaged' });
  });

  it('does not open an older value that was put back', async () => {
    await put('KEY', 'one');
    const old = await sealedOf('KEY');
    await put('KEY', 'two');
    await store.db.updateTable('secrets').set({ sealed: old }).execute();
    await expect(read('KEY')).rejects.toMatchObject({ code: 'secret_damaged' });
  });

  it('writes nothing where its note does not happen', async () => {
    const values = new Map([['KEY', new SecretValue('one')]]);
    const work = secrets.put({ ...api, values, by: 'ada' }, () => Promise.reject(new Error('no')));
    await expect(work).rejects.toThrow('no');
    expect(await secrets.versions('billing', 'api')).toEqual([]);
  });

  it('removes a service’s values, or a whole team’s, and no other’s', async () => {
    for (const place of [api, { team: 'billing', service: 'web' }, { team: 'elsewhere', service: 'api' }]) {
      await put('KEY', 'one', place);
    }
    expect(await secrets.remove('billing', 'api')).toBe(1);
    expect((await secrets.all()).map(({ team, service }) => `${team}/${service}`)).toEqual([
      'billing/web',
      'elsewhere/api',
    ]);
    expect(await secrets.remove('billing')).toBe(1);
    expect((await secrets.all()).map(({ team }) => team)).toEqual(['elsewhere']);
  });

  it('keeps no value in clear in any of its files and rows', async () => {
    await put('KEY', 'canary-7f3a9c');
    expect(await sealedOf('KEY')).not.toContain('canary-7f3a9c');
    for (const file of store.shared ? [] : ['mctl.db', 'mctl.db-wal']) {
      expect(readFileSync(join(folder, file)).includes('canary-7f3a9c')).toBe(false);
    }
  });

  it('goes over to another key as a whole', async () => {
    await put('KEY', 'one');
    await put('KEY', 'two');
    const key = randomBytes(32);
    expect(await secrets.countForeign()).toBe(0);
    expect(await store.transaction((transaction) => secrets.rekey(transaction, key))).toBe(1);
    expect(await secrets.countForeign()).toBe(1);
    await expect(read('KEY')).rejects.toMatchObject({ code: 'secrets_key_changed' });
    expect((await new EmbeddedSecretStore(store, key).read('billing', 'api', 'KEY'))?.reveal()).toBe('two');
  });
});

describe('the key of the secret store', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'mctl-key-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const file = (text: string): string => {
    writeFileSync(join(folder, 'key'), text);
    return join(folder, 'key');
  };

  it('is the installation’s own where no file is set, and serves no other purpose', () => {
    const keys = Keys.open(folder);
    expect(secretsKeyOf(readConfig({ MCTL_DATA_DIR: folder }), keys)).toBe(keys.secretsKey);
    const derived = [keys.sealingKey, keys.auditKey, keys.secretsKey, keys.formKey];
    expect(new Set(derived.map((key) => Buffer.from(key).toString('hex'))).size).toBe(4);
  });

  it('is read from the file that is set, in base64 or hex', () => {
    const key = randomBytes(32);
    const config = readConfig({ MCTL_SECRETS_KEY_FILE: file(`${key.toString('base64')}\n`) });
    expect(Buffer.from(secretsKeyOf(config, Keys.open(folder)))).toEqual(key);
    expect(Buffer.from(readSecretsKey(file(key.toString('hex'))))).toEqual(key);
  });

  it.each(['', 'short', Buffer.alloc(31).toString('base64'), Buffer.alloc(33).toString('base64'), 'z'.repeat(64)])(
    'is refused unless it has 32 bytes: %#',
    (text) => {
      expect(() => readSecretsKey(file(text))).toThrow(
        expect.objectContaining({ code: 'secrets_key_unreadable', message: expect.not.stringContaining('zz') }),
      );
    },
  );

  it('is refused where the file is not there', () => {
    expect(() => readSecretsKey(join(folder, 'nowhere'))).toThrow(/cannot be read/);
  });
});
