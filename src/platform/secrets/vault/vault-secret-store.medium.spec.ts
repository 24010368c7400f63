import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestVault } from '../../../../test/support/test-vault';
import { readConfig } from '../../config';
import { NotFound } from '../../errors';
import { log } from '../../logging';
import { SecretValue } from '../secret-value';
import { Kv } from './kv';
import { Vault } from './vault';
import { VaultSecretStore } from './vault-secret-store';

const API = 'teams/billing/api';
const CANARY = 'canary-7f3a9c-value';

/** Where nothing is noted, nothing is asked of our own store. */
const noStore = { transaction: () => Promise.reject(new Error('no store here')) };

let vault: TestVault;
let folder: string;
let store: VaultSecretStore;

beforeEach(async () => {
  vault = await TestVault.start();
  folder = mkdtempSync(join(tmpdir(), 'mctl-vault-'));
  writeFileSync(join(folder, 'token'), 'root\n');
  store = storeWith();
});

afterEach(async () => {
  await vault.stop();
  rmSync(folder, { recursive: true, force: true });
});

function storeWith(more: Record<string, string> = {}, own = noStore): VaultSecretStore {
  const config = readConfig({
    MCTL_SECRETS: 'vault',
    MCTL_VAULT_ADDR: vault.url,
    MCTL_VAULT_TOKEN_FILE: join(folder, 'token'),
    MCTL_VAULT_TIMEOUT: '1s',
    ...more,
  });
  return new VaultSecretStore(new Kv(Vault.of(config), config.values.vaultMount), own);
}

const put = (name: string, text: string, service = 'api', team = 'billing') =>
  store
    .put({ team, service, values: new Map([[name, new SecretValue(text)]]), by: 'ada' })
    .then((kept) => kept.get(name));
const versions = async (service = 'api') =>
  (await store.versions('billing', service)).map(({ name, version }) => [name, version]);

describe('VaultSecretStore', () => {
  it('keeps a value where the ExternalSecret of its service reads it, and counts versions by name', async () => {
    expect([await put('KEY', 'one'), await put('OTHER', 'two'), await put('KEY', 'three')]).toEqual([1, 1, 2]);
    expect(vault.valuesAt(API)).toEqual({ KEY: 'three', OTHER: 'two' });
    expect(await store.versions('billing', 'api')).toEqual([
      { name: 'KEY', version: 2, updated_at: expect.stringMatching(/^\d{4}-[\dT:.-]+\.\d{3}Z$/) },
      { name: 'OTHER', version: 1, updated_at: expect.any(String) },
    ]);
    expect(await store.has('billing', 'api', ['KEY', 'NONE'])).toEqual(new Set(['KEY']));
    expect((await store.read('billing', 'api', 'KEY'))?.reveal()).toBe('three');
    expect(await store.read('billing', 'api', 'NONE')).toBeUndefined();
  });

  it('never reads a value to write another, or to tell which there are', async () => {
    await put('KEY', 'one');
    await put('OTHER', 'two');
    await versions();
    await store.ofTeam('billing');
    await store.remove('billing');
    expect(vault.seen.filter(({ method, url }) => method === 'GET' && url.includes('/data/'))).toEqual([]);
  });

  it('says nothing of a service that has none, and of one whose values were deleted', async () => {
    expect([await versions(), await store.ofTeam('billing')]).toEqual([[], []]);
    await put('KEY', 'one');
    vault.entries.get(API)!.versions.at(-1)!.isDeleted = true;
    expect(await versions()).toEqual([]);
    expect(await store.read('billing', 'api', 'KEY')).toBeUndefined();
    await put('NEW', 'two');
    expect(vault.valuesAt(API)).toEqual({ NEW: 'two' });
  });

  it('knows values that came past MCTL, by the version of their path', async () => {
    vault.write(API, { BY_HAND: 'x' });
    vault.write(API, { BY_HAND: 'y', NUMBER: 7 });
    expect(await versions()).toEqual([
      ['BY_HAND', 2],
      ['NUMBER', 2],
    ]);
    expect((await store.read('billing', 'api', 'NUMBER'))?.reveal()).toBe('7');
    expect(await put('BY_HAND', 'z')).toBe(3);
    expect(vault.valuesAt(API)).toEqual({ BY_HAND: 'z', NUMBER: 7 });
  });

  it('loses nothing to somebody who writes at the same moment', async () => {
    await put('KEY', 'one');
    let others = 3;
    vault.beforeWrite = (path) => {
      if (others > 0) vault.write(path, { ...vault.valuesAt(path), [`OTHER_${others--}`]: 'theirs' });
    };
    await put('KEY', 'two');
    expect(vault.valuesAt(API)).toEqual({ KEY: 'two', OTHER_1: 'theirs', OTHER_2: 'theirs', OTHER_3: 'theirs' });
    vault.beforeWrite = (path) => vault.write(path, { ...vault.valuesAt(path), MORE: String(Math.random()) });
    await expect(put('KEY', 'three')).rejects.toMatchObject({ code: 'vault_contended', retryable: true });
    expect(vault.valuesAt(API)).toMatchObject({ KEY: 'two' });
  });

  it('makes the first value of a path once, though two begin it', async () => {
    let isFirst = true;
    vault.beforeWrite = (path) => {
      if (isFirst) vault.write(path, { THEIRS: 'x' });
      isFirst = false;
    };
    await put('KEY', 'one');
    expect(vault.valuesAt(API)).toEqual({ THEIRS: 'x', KEY: 'one' });
  });

  it('goes on without a note where there is no room for one', async () => {
    for (let index = 0; index < 66; index++) await put(`KEY_${String(index).padStart(2, '0')}`, 'x');
    const all = await versions();
    expect(all).toHaveLength(66);
    expect(all.slice(63)).toEqual([
      ['KEY_63', 1],
      ['KEY_64', 66],
      ['KEY_65', 66],
    ]);
  });

  it('removes a service’s values, or all of a team with what came past MCTL, and no other’s', async () => {
    await put('KEY', 'one');
    await put('KEY', 'one', 'api/database');
    await put('KEY', 'one', 'web');
    await put('KEY', 'one', 'api', 'elsewhere');
    vault.write('teams/billing/by-hand/deep', { A: 'x', B: 'y' });
    expect(await store.remove('billing', 'api')).toBe(1);
    expect((await store.ofTeam('billing')).map(({ service, name, by }) => [service, name, by])).toEqual([
      ['api/database', 'KEY', 'ada'],
      ['by-hand/deep', 'A', 'unknown'],
      ['by-hand/deep', 'B', 'unknown'],
      ['web', 'KEY', 'ada'],
    ]);
    expect(await store.remove('billing')).toBe(4);
    expect([...vault.entries.keys()]).toEqual(['teams/elsewhere/api']);
    // Again, as after a crash.
    expect(await store.remove('billing')).toBe(0);
  });

  it('keeps values of one service together, in one request, before our store notes them', async () => {
    await put('KEY', 'one');
    const noted: unknown[] = [];
    const isInVault = () => vault.valuesAt(API)?.OTHER === 'three';
    const transaction = (work: (transaction: never) => Promise<unknown>) => work({} as never);
    store = storeWith({}, { transaction } as typeof noStore);
    const values = new Map([
      ['KEY', new SecretValue('two')],
      ['OTHER', new SecretValue('three')],
    ]);
    const before = vault.seen.length;
    await store.put({ team: 'billing', service: 'api', values, by: 'ada' }, (_, kept) => {
      noted.push([...kept], isInVault());
      return Promise.resolve();
    });
    expect(noted).toEqual([
      [
        ['KEY', 2],
        ['OTHER', 1],
      ],
      true,
    ]);
    expect(vault.seen.slice(before).map(({ method, url }) => `${method} ${url.split('/')[3]}`)).toEqual([
      'GET subkeys',
      'PATCH data',
      'PATCH metadata',
    ]);
  });

  it('says that it is not certain where the answer to a write is lost, or our store fails after it', async () => {
    vault.mood = ({ url }) => (url.includes('/data/') ? 'hang' : undefined);
    await expect(put('KEY', 'one')).rejects.toMatchObject({ code: 'secret_store_uncertain', retryable: true });
    vault.mood = () => undefined;
    const values = new Map([['KEY', new SecretValue('two')]]);
    const note = () => Promise.resolve();
    await expect(store.put({ team: 'billing', service: 'api', values, by: 'ada' }, note)).rejects.toMatchObject({
      code: 'secret_store_uncertain',
    });
    expect(vault.valuesAt(API)).toEqual({ KEY: 'two' });
  });

  it('takes back what its note refuses, and leaves the neighbours', async () => {
    const gone = new NotFound('The team is gone.');
    store = storeWith({}, { transaction: () => Promise.reject(gone) });
    const values = new Map([['NEW', new SecretValue('x')]]);
    const refused = () => store.put({ team: 'billing', service: 'api', values, by: 'ada' }, () => Promise.resolve());
    await expect(refused()).rejects.toBe(gone);
    expect([...vault.entries.keys()]).toEqual([]);
    vault.write(API, { KEY: 'one' });
    await expect(refused()).rejects.toBe(gone);
    expect(vault.valuesAt(API)).toEqual({ KEY: 'one' });
  });

  it('leaves nothing behind silently that lies too deep to be looked at', async () => {
    vault.write(`teams/billing/${Array.from({ length: 11 }, () => 'deep').join('/')}`, { A: 'x' });
    await expect(store.remove('billing')).rejects.toMatchObject({ code: 'vault_too_deep' });
  });

  it('encodes each segment and takes none that climbs', async () => {
    await store.versions('billing', 'a?b#c%2e');
    expect(vault.seen.at(-1)?.url).toBe('/v1/secret/subkeys/teams/billing/a%3Fb%23c%252e?depth=1');
    for (const service of ['..', '.', '', 'api/../../sys']) {
      await expect(store.versions('billing', service)).rejects.toThrow(TypeError);
    }
    expect(vault.seen).toHaveLength(1);
  });

  it('uses mount and namespace of the settings', async () => {
    vault.mount = 'platform/kv';
    store = storeWith({ MCTL_VAULT_MOUNT: 'platform/kv', MCTL_VAULT_NAMESPACE: 'acme/prod' });
    await put('KEY', 'one');
    expect(vault.valuesAt(API)).toEqual({ KEY: 'one' });
    expect(new Set(vault.seen.map(({ headers }) => headers['x-vault-namespace']))).toEqual(new Set(['acme/prod']));
    expect(new Set(vault.seen.map(({ headers }) => headers['x-vault-request']))).toEqual(new Set(['true']));
  });

  it('takes a token that was rotated in its file, at once', async () => {
    vault.tokens.clear();
    vault.tokens.set('next', 0);
    await expect(versions()).rejects.toMatchObject({ code: 'vault_denied' });
    writeFileSync(join(folder, 'token'), 'next');
    expect(await versions()).toEqual([]);
    writeFileSync(join(folder, 'token'), 'two words');
    await expect(versions()).rejects.toMatchObject({ code: 'vault_sign_in_failed' });
    rmSync(join(folder, 'token'));
    await expect(versions()).rejects.toMatchObject({ code: 'vault_sign_in_failed' });
  });
});

describe('a Vault in trouble', () => {
  const faults: [string, Parameters<TestVault['mood']>[0] extends never ? never : any, string][] = [
    ['sealed', { status: 503, body: { errors: ['Vault is sealed'] } }, 'vault_sealed'],
    ['a standby', { status: 473 }, 'vault_standby'],
    ['a redirect', { status: 307, headers: { location: 'http://127.0.0.1:1/' } }, 'vault_standby'],
    ['a refusal', { status: 403, body: { errors: [CANARY] } }, 'vault_denied'],
    ['a quota', { status: 429, headers: { 'retry-after': '7' } }, 'vault_busy'],
    ['a fault', { status: 500, body: { errors: [`${CANARY} boom`] } }, 'vault_failed'],
    ['a gateway', { status: 502 }, 'vault_failed'],
    ['no JSON', { status: 200, body: undefined }, 'vault_misconfigured'],
    ['another form', { status: 200, body: { data: { KEY: CANARY } } }, 'vault_misconfigured'],
    ['no such mount', { status: 404, body: { errors: ['no handler for route'] } }, 'vault_misconfigured'],
    ['KV of version 1', { status: 404, body: { errors: [], warnings: ['Invalid path'] } }, 'vault_misconfigured'],
    ['silence', 'hang', 'vault_unreachable'],
    ['a connection that breaks', 'reset', 'vault_unreachable'],
  ];

  it.each(faults)('%s has its own answer, and none tells a value or a token', async (_, mood, code) => {
    const logged: string[] = [];
    const spy = jest
      .spyOn(log, 'warn')
      .mockImplementation((...parts: unknown[]) => void logged.push(JSON.stringify(parts)));
    try {
      vault.mood = () => mood;
      for (const work of [() => versions(), () => put('KEY', CANARY), () => store.ofTeam('billing')]) {
        const error = await work().catch((thrown: unknown) => thrown);
        expect(error).toMatchObject({ code, retryable: true });
        const shown = JSON.stringify([error, (error as Error).message, (error as Error).stack, (error as any).details]);
        expect(shown).not.toMatch(/canary|root|127\.0\.0\.1/);
      }
      expect(logged.join('\n')).toContain(code);
      expect(logged.join('\n')).not.toMatch(/canary|"root"/);
    } finally {
      spy.mockRestore();
    }
  });

  it('says when to come back where Vault says so', async () => {
    vault.mood = () => ({ status: 429, headers: { 'retry-after': '7' } });
    await expect(versions()).rejects.toMatchObject({ details: { retryAfterSeconds: 7 } });
  });

  it('is no empty list where it is not there at all', async () => {
    await vault.stop();
    await expect(versions()).rejects.toMatchObject({ code: 'vault_unreachable' });
    vault = await TestVault.start();
  });
});

describe('signed in with a service account', () => {
  beforeEach(() => {
    vault.tokens.clear();
    vault.accounts.set('mctl', 'jwt-1');
    writeFileSync(join(folder, 'jwt'), 'jwt-1');
    store = signedIn();
  });

  const signedIn = (): VaultSecretStore => {
    const config = readConfig({
      MCTL_SECRETS: 'vault',
      MCTL_VAULT_ADDR: vault.url,
      MCTL_VAULT_ROLE: 'mctl',
      MCTL_VAULT_AUTH_MOUNT: 'clusters/one',
      MCTL_VAULT_JWT_FILE: join(folder, 'jwt'),
    });
    return new VaultSecretStore(new Kv(Vault.of(config), 'secret'), noStore);
  };
  const asked = (end: string) => vault.seen.filter(({ url }) => url.endsWith(end)).length;
  const at = (seconds: number) => jest.spyOn(Date, 'now').mockReturnValue(started + seconds * 1000);
  let started: number;

  beforeEach(() => (started = Date.now()));
  afterEach(() => jest.restoreAllMocks());

  it('signs in once for many calls at once', async () => {
    await Promise.all(Array.from({ length: 10 }, () => versions()));
    expect(asked('/v1/auth/clusters/one/login')).toBe(1);
    expect(vault.seen[0]?.body).toEqual({ role: 'mctl', jwt: 'jwt-1' });
    expect(vault.seen[0]?.headers['x-vault-token']).toBeUndefined();
  });

  it('renews its token when two thirds of its life are over, and signs in anew after its end', async () => {
    at(0);
    await versions();
    at(2_300);
    await versions();
    expect([asked('/login'), asked('/renew-self')]).toEqual([1, 0]);
    at(2_500);
    await versions();
    await versions();
    expect([asked('/login'), asked('/renew-self')]).toEqual([1, 1]);
    at(2_500 + 3_700);
    writeFileSync(join(folder, 'jwt'), 'jwt-2');
    vault.accounts.set('mctl', 'jwt-2');
    await versions();
    expect([asked('/login'), asked('/renew-self')]).toEqual([2, 1]);
  });

  it('signs in anew where a renewal is refused, gives too little, or the token was revoked', async () => {
    at(0);
    await versions();
    vault.isRenewable = false;
    at(2_500);
    await versions();
    expect(asked('/login')).toBe(2);
    vault.tokens.clear();
    await versions();
    expect(asked('/login')).toBe(3);
    vault.isRenewable = true;
    vault.tokens.clear();
    await versions();
    vault.leaseSeconds = 60;
    at(2_500 + 2_500);
    await versions();
    expect([asked('/login'), asked('/renew-self')]).toEqual([5, 2]);
  });

  it('goes on with a token that is still good while Vault cannot renew it', async () => {
    at(0);
    await versions();
    vault.mood = ({ url }) => (url.endsWith('/renew-self') ? { status: 500 } : undefined);
    at(2_500);
    expect(await versions()).toEqual([]);
  });

  it('is told apart from a policy that lacks something', async () => {
    vault.accounts.clear();
    await expect(versions()).rejects.toMatchObject({ code: 'vault_sign_in_failed' });
    vault.accounts.set('mctl', 'jwt-1');
    vault.mood = ({ url }) => (url.includes('/subkeys/') ? { status: 403 } : undefined);
    await expect(versions()).rejects.toMatchObject({ code: 'vault_denied' });
    const signIns = asked('/login');
    for (let call = 0; call < 5; call++) await expect(versions()).rejects.toMatchObject({ code: 'vault_denied' });
    expect(asked('/login')).toBe(signIns);
  });

  it('is not possible without the account’s token', async () => {
    rmSync(join(folder, 'jwt'));
    await expect(versions()).rejects.toMatchObject({ code: 'vault_sign_in_failed' });
    expect(vault.seen).toEqual([]);
  });
});
