import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../config';
import { hashOfToken } from '../crypto';
import { Keys } from '../keys';

/** DER of a PKCS #8 Ed25519 private key up to its 32 bytes (RFC 8410 §7). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

export const SIGNING_ALGORITHM = 'EdDSA';

export interface SigningKey {
  /** Tells which key signed; nothing of the key can be found from it. */
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/**
 * The keys that sign access tokens, derived from the installation's, so that every replica has the same without asking another. The
 * first signs, the second is of the generation before and only verifies.
 */
@Injectable()
export class SigningKeys {
  readonly all: readonly SigningKey[];

  constructor(@Inject(Keys) keys: Keys, @Inject(Config) { values }: Config) {
    const { oauthKeyGeneration: present } = values;
    this.all = [present, present - 1].filter((each) => each > 0).map((each) => keyOf(keys, each));
  }

  /** JWK Set (RFC 7517) of the public halves. */
  published(): object {
    return {
      keys: this.all.map(({ kid, publicKey }) => ({
        ...publicKey.export({ format: 'jwk' }),
        kid,
        use: 'sig',
        alg: SIGNING_ALGORITHM,
      })),
    };
  }

  /** Undefined for a key that is none of ours, or no longer. */
  find(kid: unknown): KeyObject | undefined {
    return this.all.find((key) => key.kid === kid)?.publicKey;
  }
}

function keyOf(keys: Keys, generation: number): SigningKey {
  const seed = keys.oauthSigningSeed(generation);
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey);
  const kid = hashOfToken(publicKey.export({ format: 'der', type: 'spki' }).toString('hex')).slice(0, 16);
  return { kid, privateKey, publicKey };
}
