import { Inject, Injectable } from '@nestjs/common';
import { EncryptJWT, errors, jwtDecrypt } from 'jose';
import { z } from 'zod';
import { Conflict } from '../errors';
import { ulid } from '../crypto';
import { Keys } from '../keys';
import { isUniqueViolation, Store, type StoreTransaction } from '../store';

/** What a person agreed to: who, which operation, which arguments, which bytes. */
export interface Confirmation {
  readonly actor: string;
  readonly operation: string;
  readonly argsDigest: string;
  readonly planDigest: string;
}

/** Minutes until a confirmation must be asked for again. */
const TTL_MINUTES = 10;

const payloadSchema = z.object({
  jti: z.string(),
  exp: z.number(),
  actor: z.string(),
  operation: z.string(),
  args: z.string(),
  plan: z.string(),
});

export interface OpenedToken extends Confirmation {
  readonly id: string;
  readonly expiresAt: Date;
}

/** Seals confirmations into opaque tokens (AES-256-GCM, key of this installation); single use is kept by the store. */
@Injectable()
export class ConfirmTokens {
  constructor(
    @Inject(Keys) private readonly keys: Keys,
    @Inject(Store) private readonly store: Store,
  ) {}

  async seal(confirmation: Confirmation): Promise<{ token: string; expiresAt: Date }> {
    const expiresAt = new Date(Date.now() + TTL_MINUTES * 60_000);
    const { actor, operation, argsDigest, planDigest } = confirmation;
    const token = await new EncryptJWT({ actor, operation, args: argsDigest, plan: planDigest })
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .setJti(ulid())
      .setExpirationTime(expiresAt)
      .encrypt(this.keys.sealingKey);
    return { token, expiresAt };
  }

  /**
   * Does not use it up. Whoever holds a token of somebody else's call learns no more than from one that MCTL never gave.
   * @throws Conflict `confirmation_invalid` for a token that is not ours, of another call or expired.
   */
  async open(token: string, expected: Omit<Confirmation, 'planDigest'>): Promise<OpenedToken> {
    const { payload, isExpired } = await this.decrypt(token);
    const isOfThisCall =
      payload.actor === expected.actor &&
      payload.operation === expected.operation &&
      payload.args === expected.argsDigest;
    if (!isOfThisCall) throw notOfThisCall();
    if (isExpired) throw invalidToken('It has expired.');
    return { ...expected, planDigest: payload.plan, id: payload.jti, expiresAt: new Date(payload.exp * 1000) };
  }

  /** Uses a token up inside the transaction that records the intent: of many attempts at once one passes. */
  async consume(transaction: StoreTransaction, token: OpenedToken): Promise<void> {
    // Those that expired would be refused anyway.
    await transaction.deleteFrom('confirmations').where('expires_at', '<', new Date().toISOString()).execute();
    try {
      await transaction
        .insertInto('confirmations')
        .values({ id: token.id, expires_at: token.expiresAt.toISOString() })
        .execute();
    } catch (error) {
      throw isUniqueViolation(error) ? invalidToken('It was used already.') : error;
    }
  }

  private async decrypt(token: string): Promise<{ payload: z.infer<typeof payloadSchema>; isExpired: boolean }> {
    try {
      const { payload } = await jwtDecrypt(token, this.keys.sealingKey, {
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
      });
      return { payload: payloadSchema.parse(payload), isExpired: false };
    } catch (error) {
      // It was opened by then: whose it is decides what its holder is told.
      if (error instanceof errors.JWTExpired) return { payload: payloadSchema.parse(error.payload), isExpired: true };
      throw notOfThisCall();
    }
  }
}

function notOfThisCall(): Conflict {
  return invalidToken('MCTL gave it for no call with this caller, operation and arguments.');
}

function invalidToken(why: string): Conflict {
  return new Conflict(`The confirm_token is not valid. ${why} Nothing was done.`, {
    code: 'confirmation_invalid',
    field: 'confirm_token',
    fix: 'Call again without confirm_token to see the plan as it is now and get a new one.',
  });
}
