import { Inject, Injectable } from '@nestjs/common';
import { EncryptJWT, errors, jwtDecrypt } from 'jose';
import { z } from 'zod';
import { Conflict } from '../errors';
import { isCanonicalBase64url, ulid } from '../crypto';
import { Keys } from '../keys';
import { isUniqueViolation, Store, type StoreTransaction } from '../store';

/** What a person agreed to: who, which operation, which arguments, which bytes. */
export interface Confirmation {
  readonly actor: string;
  readonly operation: string;
  readonly argsDigest: string;
  readonly planDigest: string;
}

/** How a confirmation comes back: as `confirm_token` of the same call, or with the answer to a form that a person filled in. */
export type ConfirmedBy = 'argument' | 'form';

/** Minutes until a confirmation must be asked for again. */
const TTL_MINUTES = 10;

const payloadSchema = z.object({
  jti: z.string(),
  exp: z.number(),
  aud: z.enum(['argument', 'form']),
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
    const token = await this.sealAs('argument', { ...confirmation, id: ulid(), expiresAt });
    return { token, expiresAt };
  }

  /**
   * The same confirmation to come back another way: same id, same end, so that using up one uses up the other.
   * @param first the first of several questions about one call: they end together, and using up one uses up all.
   */
  sealAs(by: ConfirmedBy, confirmation: OpenedToken, first: OpenedToken = confirmation): Promise<string> {
    const { actor, operation, argsDigest, planDigest } = confirmation;
    return new EncryptJWT({ actor, operation, args: argsDigest, plan: planDigest })
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .setAudience(by)
      .setJti(first.id)
      .setExpirationTime(first.expiresAt)
      .encrypt(this.keys.sealingKey);
  }

  /**
   * Does not use it up. Whoever holds a token of somebody else's call learns no more than from one that MCTL never gave.
   * @param by what was sealed for a form is no argument: it would go past the person whom the form asks.
   * @throws Conflict `confirmation_invalid` for a token that is not ours, of another call, to come back another way, or expired.
   */
  async open(
    token: string,
    { actor, operation, argsDigest }: Omit<Confirmation, 'planDigest'>,
    by: ConfirmedBy = 'argument',
  ): Promise<OpenedToken> {
    const { payload, isExpired } = await this.decrypt(token);
    const isOfThisCall =
      payload.aud === by && payload.actor === actor && payload.operation === operation && payload.args === argsDigest;
    if (!isOfThisCall) throw notOfThisCall();
    if (isExpired) throw invalidToken('It has expired.');
    const expiresAt = new Date(payload.exp * 1000);
    return { actor, operation, argsDigest, planDigest: payload.plan, id: payload.jti, expiresAt };
  }

  /**
   * Uses a token up inside the transaction that records what came of it: of many attempts at once one passes.
   * @throws Conflict `confirmation_invalid` for one that was used already.
   */
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
    const { claims, isExpired } = await this.claimsOf(token);
    const payload = payloadSchema.safeParse(claims);
    if (!payload.success) throw notOfThisCall();
    return { payload: payload.data, isExpired };
  }

  private async claimsOf(token: string): Promise<{ claims: unknown; isExpired: boolean }> {
    if (!token.split('.').every(isCanonicalBase64url)) throw notOfThisCall();
    try {
      const { payload } = await jwtDecrypt(token, this.keys.sealingKey, {
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
      });
      return { claims: payload, isExpired: false };
    } catch (error) {
      // It was opened by then: whose it is decides what its holder is told.
      if (error instanceof errors.JWTExpired) return { claims: error.payload, isExpired: true };
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
