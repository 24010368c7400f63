import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { canonicalJson } from '../crypto';
import { Conflict } from '../errors';
import { SecretValue } from './secret-value';

/** Where a value belongs. It is part of what is sealed, so that a value copied to another place does not open there. */
export interface SecretPlace {
  readonly team: string;
  readonly service: string;
  readonly name: string;
  readonly version: number;
}

const ALGORITHM = 'aes-256-gcm';
const FORMAT = 'v1';
/** Bytes, as NIST SP 800-38D recommends; random, for far fewer than 2^32 values are sealed with one key. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Tells keys apart and nothing else of them. */
export function keyIdOf(key: Uint8Array): string {
  return createHmac('sha256', key).update('mctl secrets key id').digest('hex').slice(0, 8);
}

/** What everything begins with that a key has sealed. */
export function sealedBy(key: Uint8Array): string {
  return `${FORMAT}.${keyIdOf(key)}.`;
}

/** AES-256-GCM as `v1.{key id}.{nonce, tag and ciphertext in base64url}`. */
export function seal(key: Uint8Array, place: SecretPlace, value: SecretValue): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES }).setAAD(boundTo(place));
  const text = Buffer.concat([cipher.update(value.reveal(), 'utf8'), cipher.final()]);
  return sealedBy(key) + Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url');
}

/** @throws Conflict `secrets_key_changed` for a value of another key, `secret_damaged` for one that was changed or moved. */
export function unseal(key: Uint8Array, place: SecretPlace, sealed: string): SecretValue {
  const [format, keyId, body = ''] = sealed.split('.');
  if (format !== FORMAT || keyId === undefined) throw damaged(place);
  if (keyId !== keyIdOf(key)) throw otherKey(place, keyId, keyIdOf(key));
  const bytes = Buffer.from(body, 'base64url');
  const [nonce, tag] = [bytes.subarray(0, NONCE_BYTES), bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES)];
  if (tag.length !== TAG_BYTES) throw damaged(place);
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(boundTo(place))
    .setAuthTag(tag);
  try {
    const text = [decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()];
    return new SecretValue(Buffer.concat(text).toString('utf8'));
  } catch (cause) {
    throw damaged(place, cause);
  }
}

function boundTo({ team, service, name, version }: SecretPlace): Buffer {
  return Buffer.from(canonicalJson({ purpose: 'mctl secret', team, service, name, version }));
}

function otherKey({ team, service, name }: SecretPlace, sealedWith: string, inUse: string): Conflict {
  return new Conflict(`The value of ${name} of ${team}/${service} was sealed with another key than the one in use.`, {
    code: 'secrets_key_changed',
    got: `key ${sealedWith}`,
    expected: `key ${inUse}`,
    fix: 'Restore the key (MCTL_SECRETS_KEY_FILE, or keys/installation.pem of the data folder) from the backup, or enter the value anew.',
  });
}

function damaged({ team, service, name, version }: SecretPlace, cause?: unknown): Conflict {
  return new Conflict(`Version ${version} of ${name} of ${team}/${service} is not as MCTL sealed it.`, {
    code: 'secret_damaged',
    fix: 'Somebody or something changed the store. Enter the value anew, and find out what happened: mctl audit verify.',
    cause,
  });
}
