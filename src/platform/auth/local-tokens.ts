import { Inject, Injectable } from '@nestjs/common';
import { hashOfToken } from '../crypto';
import { Unauthenticated } from '../errors';
import { log } from '../logging';
import { Store } from '../store';
import { type LocalClaims, LocalIssuer, MAX_SKEW_S, SIGN_ANOTHER } from './local-issuer';

/**
 * Local tokens as a server takes them: against the list of revoked tokens, at every call. The list is that of our OAuth tokens; ids of
 * both kinds are random, so that neither can be taken for one of the other.
 */
@Injectable()
export class LocalTokens {
  constructor(
    @Inject(LocalIssuer) private readonly issuer: LocalIssuer,
    @Inject(Store) private readonly store: Store,
  ) {}

  /** @throws Unauthenticated for what is no local token of here and now, and for one that was taken back. */
  async verify(token: string): Promise<LocalClaims> {
    const claims = await this.issuer.read(token);
    const revoked = await this.store.db
      .selectFrom('oauth_revoked_tokens')
      .select('jti_hash')
      .where('jti_hash', '=', hashOfToken(claims.jti))
      .executeTakeFirst();
    if (revoked) {
      throw new Unauthenticated('The token was revoked.', { code: 'invalid_token', fix: SIGN_ANOTHER });
    }
    return claims;
  }

  /** Takes a token back, on all replicas at once. @throws Unauthenticated for one that is not good any more, or never was. */
  async revoke(token: string): Promise<LocalClaims> {
    const claims = await this.verify(token);
    const { jti, login, expiresAt } = claims;
    const row = {
      jti_hash: hashOfToken(jti),
      // As long as it would be taken: the sweeper forgets it then.
      expires_at: new Date(expiresAt.getTime() + MAX_SKEW_S * 1000).toISOString(),
    };
    await this.store.transaction((transaction) =>
      transaction
        .insertInto('oauth_revoked_tokens')
        .values(row)
        .onConflict((conflict) => conflict.column('jti_hash').doNothing())
        .execute(),
    );
    log.info({ user: login }, 'a local token was revoked');
    return claims;
  }
}
