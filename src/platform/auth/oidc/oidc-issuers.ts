import { Inject, Injectable } from '@nestjs/common';
import { errors, jwtVerify } from 'jose';
import { Clock } from '../../clock';
import { Config, type OidcIssuerSettings } from '../../config';
import { MctlError, Unauthenticated } from '../../errors';
import { Metrics } from '../../metrics/metrics';
import type { Identity } from '../actor';
import { unverifiedJwt } from '../unverified-jwt';
import { CLOCK_TOLERANCE_S, identityOf, whyNotOidc } from './oidc-claims.policy';
import { OidcKeys } from './oidc-keys';

/** Signatures with a private key only: with `none` nobody signs, with HS* whoever knows the published key could. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/** Words of jose's errors for those who sent the token. */
const REASONS: Readonly<Record<string, string>> = {
  aud: 'it is for another audience',
  nbf: 'it is not valid yet',
};

interface Issuer {
  readonly settings: OidcIssuerSettings;
  readonly keys: OidcKeys;
}

/** Checks JWTs of the configured OpenID Connect issuers. */
@Injectable()
export class OidcIssuers {
  private readonly issuers: ReadonlyMap<string, Issuer>;

  constructor(
    @Inject(Config) { values }: Pick<Config, 'values'>,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Metrics) metrics: Pick<Metrics, 'identityRequests'>,
  ) {
    const count = (outcome: string) => metrics.identityRequests.inc({ provider: 'oidc', outcome });
    this.issuers = new Map(
      values.oidcIssuers.map((settings) => [
        settings.issuer,
        { settings, keys: new OidcKeys(settings.issuer, clock, count) },
      ]),
    );
  }

  /** Whether a token says that one of these issuers made it. */
  knows(token: string): boolean {
    return this.issuers.has(unverifiedJwt(token)?.issuer ?? '');
  }

  /** @throws Unauthenticated for anything but a credential that its issuer gave for us; Unavailable where keys cannot be had. */
  async verify(token: string): Promise<Identity> {
    const issuer = this.issuers.get(unverifiedJwt(token)?.issuer ?? '');
    if (!issuer) throw refused('it is of an issuer that is not trusted here');
    const { settings, keys } = issuer;
    try {
      const { payload, protectedHeader } = await jwtVerify(token, keys.find, {
        issuer: settings.issuer,
        audience: [...settings.audiences],
        algorithms: ALGORITHMS,
        requiredClaims: ['sub', 'exp', 'iat'],
        clockTolerance: CLOCK_TOLERANCE_S,
        currentDate: this.clock.now(),
      });
      const reason = whyNotOidc(protectedHeader, payload, settings, this.clock.now());
      if (reason) throw refused(reason);
      const identity = identityOf(payload, settings);
      if (!identity) throw refused(`its claim ${settings.loginClaim} is no login that can be used here`);
      return identity;
    } catch (error) {
      throw error instanceof MctlError ? error : refusalOf(error);
    }
  }
}

/** The cause stays behind: it carries the claims of whoever it is about. */
function refusalOf(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) return refused('it has expired', 'token_expired');
  if (error instanceof errors.JWTClaimValidationFailed) {
    return refused(REASONS[error.claim] ?? `its claim ${error.claim} is missing or wrong`);
  }
  if (error instanceof errors.JWKSNoMatchingKey) return refused('its issuer has no such key');
  return error instanceof errors.JOSEError ? refused('it is not signed as it must be') : error;
}

function refused(reason: string, code = 'invalid_token'): Unauthenticated {
  return new Unauthenticated(`The token is not valid here: ${reason}.`, {
    code,
    fix: 'Get a new one from its issuer, for the audience of this server.',
  });
}
