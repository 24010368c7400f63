import { readFileSync } from 'node:fs';
import type { Config } from '../config';
import { Conflict } from '../errors';
import type { Keys } from '../keys';

const KEY_BYTES = 32;

/** The key that seals values: of the file that is set, otherwise derived from the installation's own key. */
export function secretsKeyOf({ values }: Config, keys: Keys): Uint8Array {
  return values.secretsKeyFile === undefined ? keys.secretsKey : readSecretsKey(values.secretsKeyFile);
}

/**
 * 32 bytes as 64 hexadecimal digits or base64, white space around them aside.
 * @throws Conflict `secrets_key_unreadable`, without a word of what the file holds.
 */
export function readSecretsKey(file: string): Uint8Array {
  const text = readText(file).trim();
  const key = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');
  const isWhole = /^([0-9a-f]{64}|[A-Za-z0-9+/]{43}=?)$/i.test(text) && key.length === KEY_BYTES;
  if (isWhole) return new Uint8Array(key);
  throw unreadable(file, 'does not hold a key: 32 bytes in base64 or as 64 hexadecimal digits');
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw unreadable(file, 'cannot be read', cause);
  }
}

function unreadable(file: string, why: string, cause?: unknown): Conflict {
  return new Conflict(`The key file ${file} ${why}.`, {
    code: 'secrets_key_unreadable',
    field: 'MCTL_SECRETS_KEY_FILE',
    fix: 'Restore it from the backup; a new installation makes one with: openssl rand -base64 32',
    cause,
  });
}
