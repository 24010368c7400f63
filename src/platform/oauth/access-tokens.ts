import { Inject, Injectable } from '@nestjs/common';
import { errors, jwtVerify } from 'jose';
import { z } from 'zod';
import { Clock } from '../clock';
import { Config } from '../config';
import { hashOfToken } from '../crypto';
import { Unauthenticated } from '../errors';
import { Store } from '../store';
import { OAuthAddresses } from './addresses';
import { ConnectionEnds } from './connection-ends';
import { Connections } from './connections';
import { SIGNING_ALGORITHM, SigningKeys } from './signing-keys';
import { isForgotten, isLetInByOrganization, isStale, type Person } from '../sign-in/person';

const MAX_SKEW_S = 5;

const claims = z.object({
  sub: z.string(),
  jti: z.string(),
  exp: z.number(),
  scope: z.string().default(''),
  client_id: z.string(),
  /** Hash of the grant: the connection that must still be there. A CI job's token has none. */
  gid: z.string().optional(),
});

export type AccessClaims = z.infer<typeof claims>;

export interface AccessToken {
  readonly claims: AccessClaims;
  /** Who connected the client; undefined for a CI job. */
  readonly person: Person | undefined;
}

/** Checks access tokens that we signed (RFC 9068), on every call and against the store: what was taken back is refused at once. */
@Injectable()
export class AccessTokens {
  constructor(
    @Inject(SigningKeys) private readonly keys: SigningKeys,
    @Inject(OAuthAddresses) private readonly addresses: OAuthAddresses,
    @Inject(Connections) private readonly connections: Connections,
    @Inject(ConnectionEnds) private readonly ends: ConnectionEnds,
    @Inject(Store) private readonly store: Store,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** @throws Unauthenticated `token_expired` or `invalid_token`. */
  async verify(token: string): Promise<AccessToken> {
    const found = await this.read(token);
    if (await this.isRevoked(found.jti)) throw notValid();
    if (found.gid === undefined) return { claims: found, person: undefined };
    const person = await this.connections.personOf(found.gid);
    if (person?.login !== found.sub) throw notValid();
    const now = this.clock.now();
    if (!isStale(person, this.config, now)) return { claims: found, person };
    if (isForgotten(person, this.config, now) || isLetInByOrganization(person, this.config)) throw notValid();
    return { claims: found, person: withoutTeams(person) };
  }

  /** What a token of ours says, without asking whether it was taken back. @throws Unauthenticated */
  async read(token: string): Promise<AccessClaims> {
    try {
      const { payload } = await jwtVerify(token, ({ kid }) => this.keyOf(kid), {
        issuer: this.addresses.issuer,
        audience: this.addresses.resource,
        algorithms: [SIGNING_ALGORITHM],
        typ: 'at+jwt',
        requiredClaims: ['sub', 'exp', 'iat', 'jti', 'client_id'],
        clockTolerance: MAX_SKEW_S,
        currentDate: this.clock.now(),
      });
      return claims.parse(payload);
    } catch (cause) {
      throw notValid(cause);
    }
  }

  /** Takes a token back, and the connection that it belongs to: whoever signs out wants no other token to go on. */
  async revoke({ jti, exp, gid }: AccessClaims): Promise<void> {
    const row = { jti_hash: hashOfToken(jti), expires_at: new Date((exp + MAX_SKEW_S) * 1000).toISOString() };
    await this.store.transaction((transaction) =>
      transaction
        .insertInto('oauth_revoked_tokens')
        .values(row)
        .onConflict((conflict) => conflict.column('jti_hash').doNothing())
        .execute(),
    );
    if (gid !== undefined) await this.ends.ofGrant(gid, 'revoked_by_client');
  }

  private keyOf(kid: unknown) {
    const key = this.keys.find(kid);
    if (!key) throw new Error('no key of ours has this id');
    return key;
  }

  private async isRevoked(jti: string): Promise<boolean> {
    const query = this.store.db
      .selectFrom('oauth_revoked_tokens')
      .select('jti_hash')
      .where('jti_hash', '=', hashOfToken(jti));
    return (await query.executeTakeFirst()) !== undefined;
  }
}

function withoutTeams(person: Person): Person {
  return {
    ...person,
    teams: undefined,
    teamsUnknown: 'Your GitHub teams were read too long ago (MCTL_OAUTH_TEAMS_TTL); connect again.',
  };
}

function notValid(cause?: unknown): Unauthenticated {
  const isExpired = cause instanceof errors.JWTExpired;
  return new Unauthenticated(
    isExpired ? 'The access token has expired.' : 'The access token is not valid here, or no longer.',
    {
      code: isExpired ? 'token_expired' : 'invalid_token',
      fix: 'Let the client renew it, or connect again.',
      cause,
    },
  );
}
