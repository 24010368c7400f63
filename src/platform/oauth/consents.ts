import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../clock';
import { Config } from '../config';
import { Store } from '../store';
import { redirectKind } from './client-metadata.policy';

/** Whom a client would get a code for, and where it would be sent. */
export interface ConsentKey {
  readonly login: string;
  readonly clientId: string;
  readonly redirectUri: string;
}

/**
 * What people agreed to before. Kept only for clients whose codes go to an https address: anything may listen on a port of the person's
 * own machine or claim a scheme, so there they are asked every time (RFC 8252 §8.6).
 */
@Injectable()
export class Consents {
  constructor(
    @Inject(Store) private readonly store: Store,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** The scopes that need not be asked about again. */
  async find({ login, clientId, redirectUri }: ConsentKey): Promise<readonly string[]> {
    const row = await this.store.db
      .selectFrom('oauth_consents')
      .select('scopes')
      .where('login', '=', login.toLowerCase())
      .where('client_id', '=', clientId)
      .where('redirect_uri', '=', redirectUri)
      .where('expires_at', '>', this.clock.now().toISOString())
      .executeTakeFirst();
    return row ? row.scopes.split(' ').filter(Boolean) : [];
  }

  async remember({ login, clientId, redirectUri }: ConsentKey, scopes: readonly string[]): Promise<void> {
    if (redirectKind(redirectUri) !== 'web') return;
    const now = this.clock.now();
    const row = {
      scopes: scopes.join(' '),
      agreed_at: now.toISOString(),
      expires_at: new Date(now.getTime() + this.config.values.oauthConnectionTtl).toISOString(),
    };
    await this.store.transaction((transaction) =>
      transaction
        .insertInto('oauth_consents')
        .values({ login: login.toLowerCase(), client_id: clientId, redirect_uri: redirectUri, ...row })
        .onConflict((conflict) => conflict.columns(['login', 'client_id', 'redirect_uri']).doUpdateSet(row))
        .execute(),
    );
  }
}
