import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '../clock';
import { Config } from '../config';
import { hashOfToken, KeyedHash } from '../crypto';
import { Unauthenticated } from '../errors';
import { log } from '../logging';
import { Store } from '../store';
import { type LocalClaims, LocalIssuer, MAX_SKEW_S, SIGN_ANOTHER } from './local-issuer';

type Claims = LocalClaims & { readonly jtiHash: string };

/** Tokens at once, with some hundred bytes each. */
const MOST_SIGNATURES = 5_000;

/**
 * Local tokens as a server takes them: against the list of revoked tokens, at every call. The list is that of our OAuth tokens; ids of
 * both kinds are random, so that neither can be taken for one of the other. A signature that was good is not computed anew for a while
 * (`MCTL_IDENTITY_CACHE`): that is what costs.
 */
@Injectable()
export class LocalTokens {
  private readonly hash = new KeyedHash();
  private readonly signatures: LRUCache<string, Claims>;
  private revocations = 0;

  constructor(
    @Inject(LocalIssuer) private readonly issuer: LocalIssuer,
    @Inject(Store) private readonly store: Store,
    @Inject(Config) private readonly config: Pick<Config, 'values'>,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.signatures = new LRUCache({ max: MOST_SIGNATURES, ttlResolution: 0, perf: { now: () => this.now } });
  }

  /** @throws Unauthenticated for what is no local token of here and now, and for one that was taken back. */
  async verify(token: string): Promise<Claims> {
    const key = this.hash.of(token);
    const known = this.signatures.get(key);
    // An embedded store is ours alone: what was taken back since was taken back here.
    if (known && !this.store.shared) return known;
    const { revocations } = this;
    const claims = known ?? (await this.read(token));
    const revoked = await this.store.db
      .selectFrom('oauth_revoked_tokens')
      .select('jti_hash')
      .where('jti_hash', '=', claims.jtiHash)
      .executeTakeFirst();
    if (revoked) {
      throw new Unauthenticated('The token was revoked.', { code: 'invalid_token', fix: SIGN_ANOTHER });
    }
    const ttl = Math.min(this.config.values.identityCache, goodUntil(claims) - this.now);
    // One may have been taken back while we looked.
    if (ttl > 0 && !known && revocations === this.revocations) this.signatures.set(key, claims, { ttl });
    return claims;
  }

  private async read(token: string): Promise<Claims> {
    const claims = await this.issuer.read(token);
    return { ...claims, jtiHash: hashOfToken(claims.jti) };
  }

  private get now(): number {
    return this.clock.now().getTime();
  }

  /** Takes a token back, on all replicas at once. @throws Unauthenticated for one that is not good any more, or never was. */
  async revoke(token: string): Promise<Claims> {
    const claims = await this.verify(token);
    const { jtiHash, login } = claims;
    const row = {
      jti_hash: jtiHash,
      // As long as it would be taken: the sweeper forgets it then.
      expires_at: new Date(goodUntil(claims)).toISOString(),
    };
    await this.store.transaction((transaction) =>
      transaction
        .insertInto('oauth_revoked_tokens')
        .values(row)
        .onConflict((conflict) => conflict.column('jti_hash').doNothing())
        .execute(),
    );
    this.revocations += 1;
    this.signatures.clear();
    log.info({ user: login }, 'a local token was revoked');
    return claims;
  }
}

/** Until when a token is taken, in milliseconds since 1970. */
function goodUntil({ expiresAt }: LocalClaims): number {
  return expiresAt.getTime() + MAX_SKEW_S * 1000;
}
