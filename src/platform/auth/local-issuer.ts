import { Inject, Injectable } from '@nestjs/common';
import { errors, jwtVerify, SignJWT } from 'jose';
import { Clock } from '../clock';
import { Config } from '../config';
import { ulid } from '../crypto';
import { InvalidInput, Unauthenticated } from '../errors';
import { Keys } from '../keys';
import { isPersonalLogin } from './actor';

/** `iss` of local tokens; a URN, so that no issuer reached over the network can have it. */
export const LOCAL_ISSUER = 'urn:mctl:local-issuer';
const ALGORITHM = 'EdDSA';
/** Longest life of a local token: whoever needs more signs a new one. */
const MAX_TTL_MS = 30 * 86_400_000;

/** What clocks may differ. */
export const MAX_SKEW_S = 5;
export const SIGN_ANOTHER = 'Sign a new one: npm run --silent mctl -- token --user LOGIN';

/** What a token says that this installation has signed. */
export interface LocalClaims {
  readonly login: string;
  /** Of this token alone. */
  readonly jti: string;
  readonly expiresAt: Date;
}

/**
 * Signs and reads the short-lived tokens of the embedded default. Whoever can read the data folder can sign: that is why MCTL
 * listens on loopback only while nothing else vouches for callers. `LocalTokens` decides about those that callers bring.
 */
@Injectable()
export class LocalIssuer {
  constructor(
    @Inject(Keys) private readonly keys: Keys,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock = new Clock(),
  ) {}

  /** @throws InvalidInput for a login or a lifetime that is not allowed. */
  async sign(login: string, ttlMs: number): Promise<string> {
    if (!isPersonalLogin(login)) {
      throw new InvalidInput('The user is not a login.', {
        field: 'user',
        expected: 'letters, digits and . _ @ + -, at most 100, not beginning with ci+',
      });
    }
    if (ttlMs <= 0 || ttlMs > MAX_TTL_MS) {
      throw new InvalidInput('The lifetime is out of range.', { field: 'ttl', expected: 'a duration from 1s to 30d' });
    }
    const now = Math.floor(this.clock.now().getTime() / 1000);
    return new SignJWT({})
      .setProtectedHeader({ alg: ALGORITHM, typ: 'at+jwt' })
      .setIssuer(LOCAL_ISSUER)
      .setAudience(this.audience)
      .setSubject(login)
      .setJti(ulid())
      .setIssuedAt(now)
      .setNotBefore(now)
      .setExpirationTime(now + Math.floor(ttlMs / 1000))
      .sign(this.keys.signingKey);
  }

  /**
   * What a token says, without asking whether it was taken back.
   * @throws Unauthenticated for anything but a token of this installation, for this resource, at this time.
   */
  async read(token: string): Promise<LocalClaims> {
    try {
      const { payload } = await jwtVerify(token, this.keys.verifyingKey, {
        issuer: LOCAL_ISSUER,
        audience: this.audience,
        algorithms: [ALGORITHM],
        typ: 'at+jwt',
        requiredClaims: ['sub', 'exp', 'nbf', 'jti'],
        clockTolerance: MAX_SKEW_S,
        currentDate: this.clock.now(),
      });
      const { exp = 0, jti = '' } = payload;
      // A list of one would pass the pattern: jose does not look at the type of this claim.
      const sub: unknown = payload.sub;
      if (typeof sub !== 'string' || !isPersonalLogin(sub)) throw new Error('the subject is not a login');
      return { login: sub, jti, expiresAt: new Date(exp * 1000) };
    } catch (cause) {
      const isExpired = cause instanceof errors.JWTExpired;
      throw new Unauthenticated(isExpired ? 'The token has expired.' : 'The token is not valid here.', {
        code: isExpired ? 'token_expired' : 'invalid_token',
        fix: SIGN_ANOTHER,
        cause,
      });
    }
  }

  private get audience(): string {
    const { publicUrl } = this.config.values;
    return publicUrl ? `${publicUrl}/mcp` : 'urn:mctl:local';
  }
}
