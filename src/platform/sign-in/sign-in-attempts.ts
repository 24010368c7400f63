import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Clock } from '../clock';
import { Config } from '../config';
import { hashOfToken, isToken, newToken, sealJson, unsealJson } from '../crypto';
import { Keys } from '../keys';
import { Store } from '../store';

const TEN_MINUTES_MS = 600_000;

const details = z.object({ provider: z.string(), verifier: z.string(), nonce: z.string(), to: z.string() });

/** What must be known again when the browser comes back from an identity provider. */
export type Attempt = z.infer<typeof details>;

/** Browsers that were sent to an identity provider. Each may come back once, within ten minutes, and it must be the same browser. */
@Injectable()
export class SignInAttempts {
  private readonly key: Uint8Array;
  private readonly most: number;

  constructor(
    @Inject(Store) private readonly store: Store,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Keys) keys: Keys,
    @Inject(Config) { values }: Config,
  ) {
    this.key = keys.signInKey;
    this.most = values.oauthMaxOpenSignIns;
  }

  /** @param visit of the browser. @returns the state and the PKCE verifier and nonce that go with it. */
  async begin(provider: string, visit: string, to: string): Promise<Attempt & { readonly state: string }> {
    const attempt = { provider, verifier: newToken(), nonce: newToken(), to };
    const [state, now] = [newToken(), this.clock.now()];
    const stateHash = hashOfToken(state);
    const row = {
      state_hash: stateHash,
      browser_hash: hashOfToken(visit),
      details: sealJson(this.key, stateHash, attempt),
      expires_at: new Date(now.getTime() + TEN_MINUTES_MS).toISOString(),
    };
    await this.store.transaction(async (transaction) => {
      await transaction.insertInto('sign_in_attempts').values(row).execute();
      // Anybody can begin one: the oldest go, since whoever really signs in needs seconds of the ten minutes.
      const surplus = transaction
        .selectFrom('sign_in_attempts')
        .select('state_hash')
        .orderBy('expires_at', 'desc')
        .limit(this.most)
        .offset(this.most);
      await transaction.deleteFrom('sign_in_attempts').where('state_hash', 'in', surplus).execute();
    });
    return { ...attempt, state };
  }

  /** Uses an attempt up, whatever comes of it. Undefined for a state that is unknown, used, too old, or of another browser. */
  async end(provider: string, visit: string, state: string): Promise<Attempt | undefined> {
    if (!isToken(state)) return undefined;
    const row = await this.store.transaction((transaction) =>
      transaction
        .deleteFrom('sign_in_attempts')
        .where('state_hash', '=', hashOfToken(state))
        .returningAll()
        .executeTakeFirst(),
    );
    if (!row || row.browser_hash !== hashOfToken(visit) || row.expires_at <= this.clock.now().toISOString()) {
      return undefined;
    }
    const attempt = details.safeParse(unsealJson(this.key, row.state_hash, row.details)).data;
    return attempt?.provider === provider ? attempt : undefined;
  }
}
