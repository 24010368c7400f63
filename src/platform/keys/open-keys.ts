import { createHmac } from 'node:crypto';
import type { Config } from '../config';
import { isSameSecret } from '../crypto';
import { Conflict, NotFound } from '../errors';
import type { Store } from '../store';
import { keyFile, Keys } from './keys';

/** Of the one row that tells whether a replica has the key of the others. */
const NAME = 'key_check';

/** Where the keys of the settings are. */
export function keyFileOf({ dataDir, values }: Config): string {
  return values.keyFile ?? keyFile(dataDir);
}

/** Those of the settings where they are there; undefined where they are not. Makes nothing. */
export function findKeys(config: Config): Keys | undefined {
  return Keys.read(keyFileOf(config));
}

/**
 * Those of the settings; in the data folder they are made at first use.
 * @throws NotFound where the file that the settings name is not there: another key would open nothing.
 */
export function keysOf(config: Config): Keys {
  if (config.values.keyFile === undefined) return Keys.open(config.dataDir);
  const keys = findKeys(config);
  if (keys) return keys;
  throw new NotFound(`There is no key file ${config.values.keyFile}.`, {
    code: 'key_not_found',
    field: 'MCTL_KEY_FILE',
    fix: 'Restore it from the backup; a new installation makes one with: openssl genpkey -algorithm ed25519',
  });
}

/**
 * The keys of this installation. On a store that several replicas share all must have the same: tokens, seals and one-time links of one
 * would be worth nothing on the others. Which key that is was decided by the first start; the store keeps only what proves it.
 * @throws Conflict `key_mismatch` where this replica has another one, or none to begin with; NotFound where MCTL_KEY_FILE is not there.
 */
export async function openKeys(config: Config, store: Store): Promise<Keys> {
  if (!store.shared) return keysOf(config);
  if (!findKeys(config) && (await knownCheck(store)) !== undefined) {
    throw otherKey('This replica has no key, and the store of DATABASE_URL belongs to an installation that has one.');
  }
  const keys = keysOf(config);
  const own = checkOf(keys);
  await store.db
    .insertInto('installation')
    .values({ name: NAME, value: own })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  if (!isSameSecret((await knownCheck(store)) ?? '', own)) {
    throw otherKey('This replica has another key than the installation that the store of DATABASE_URL belongs to.');
  }
  return keys;
}

/** HMAC-SHA256 in hex of a constant: it proves that a key is the same, and nothing can be learned from it. */
function checkOf({ checkKey }: Keys): string {
  return createHmac('sha256', checkKey).update('mctl key check v1').digest('hex');
}

async function knownCheck(store: Store): Promise<string | undefined> {
  const row = await store.db.selectFrom('installation').select('value').where('name', '=', NAME).executeTakeFirst();
  return row?.value;
}

function otherKey(message: string): Conflict {
  return new Conflict(message, {
    code: 'key_mismatch',
    field: 'MCTL_KEY_FILE',
    fix: 'Give every replica the same key file: keys/installation.pem from the data folder of the first one.',
  });
}
