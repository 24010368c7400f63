import type { JWTPayload } from 'jose';
import type { OidcIssuerSettings } from '../../config';
import { type Identity, isPersonalLogin } from '../actor';
import { teamNames } from '../team-names';

/** Kinds of JWT that may serve as a credential: access tokens (RFC 9068), and what Dex and Keycloak call just a JWT. */
const ACCESS_TOKEN_TYPES = ['at+jwt', 'application/at+jwt'];
const PLAIN_TYPES = [undefined, 'jwt'];
/** `typ` in the payload of Keycloak's tokens that are no credential here. */
const OTHER_USES = ['refresh', 'offline', 'logout', 'registration'];
const EMAIL = /^[A-Za-z0-9._%+-]{1,100}@[A-Za-z0-9.-]{1,150}$/;

/** Seconds by which the issuer's clock may differ from ours. */
export const CLOCK_TOLERANCE_S = 30;

type Rules = Omit<OidcIssuerSettings, 'issuer'>;

/**
 * Whether a JWT of this issuer, whose signature, `iss`, `exp`, `nbf` are good and whose `aud` holds one of ours, is a credential here.
 * @returns why not, in words that hold nothing of the token; undefined where it is.
 */
export function whyNotOidc(
  { typ }: { typ?: string },
  payload: JWTPayload,
  rules: Pick<Rules, 'audiences' | 'authorizedParties' | 'accessTokensOnly'>,
  now: Date,
): string | undefined {
  return (
    whyNotType(typ, payload, rules.accessTokensOnly ?? false) ?? whyNotParty(payload, rules) ?? whyNotTime(payload, now)
  );
}

function whyNotType(typ: string | undefined, payload: JWTPayload, accessTokensOnly: boolean): string | undefined {
  const type = typ?.toLowerCase();
  const isAccessToken = type !== undefined && ACCESS_TOKEN_TYPES.includes(type);
  if (!isAccessToken && accessTokensOnly) return 'it is no access token (typ at+jwt)';
  if (!isAccessToken && !PLAIN_TYPES.includes(type)) return 'its typ is that of no credential';
  // Logout tokens and other security events (RFC 8417) are signed by the same keys for the same audience.
  if ('events' in payload) return 'it tells an event and is no credential';
  const use = typeof payload.typ === 'string' ? payload.typ.toLowerCase() : '';
  return OTHER_USES.includes(use) ? 'it is for the issuer itself and is no credential here' : undefined;
}

/** OpenID Connect Core 1.0 §3.1.3.7: with several audiences, whom it was issued to must be known and trusted. */
function whyNotParty(
  payload: JWTPayload,
  { audiences, authorizedParties }: Pick<Rules, 'audiences' | 'authorizedParties'>,
) {
  const party = payload.azp ?? payload.client_id;
  const hasSeveral = Array.isArray(payload.aud) && payload.aud.length > 1;
  if (!hasSeveral && authorizedParties === undefined) return undefined;
  const allowed = authorizedParties ?? audiences;
  return typeof party === 'string' && allowed.includes(party)
    ? undefined
    : 'it was issued to a client (azp) that is not trusted here';
}

function whyNotTime({ iat }: JWTPayload, now: Date): string | undefined {
  const seconds = now.getTime() / 1000;
  return iat !== undefined && iat > seconds + CLOCK_TOLERANCE_S ? 'it was issued in the future' : undefined;
}

/** Who the token belongs to; undefined where its login claim is no login, or an email address that nobody verified. */
export function identityOf(
  payload: JWTPayload,
  rules: Pick<Rules, 'loginClaim' | 'loginPrefix' | 'groupsClaim'>,
): Identity | undefined {
  const login = loginOf(payload, rules);
  if (login === undefined) return undefined;
  const email = verifiedEmail(payload);
  return {
    login,
    method: 'oidc',
    expiresAt: new Date((payload.exp ?? 0) * 1000),
    ...(email && { email }),
    ...(rules.groupsClaim !== undefined && { teams: teamNames(payload[rules.groupsClaim]) }),
  };
}

function loginOf(payload: JWTPayload, { loginClaim, loginPrefix = '' }: Pick<Rules, 'loginClaim' | 'loginPrefix'>) {
  const name = payload[loginClaim];
  if (typeof name !== 'string' || name === '') return undefined;
  if (loginClaim === 'email' && payload.email_verified !== true) return undefined;
  const login = `${loginPrefix}${name}`;
  return isPersonalLogin(login) ? login : undefined;
}

/** For the author of commits. */
function verifiedEmail({ email, email_verified: isVerified }: JWTPayload): string | undefined {
  return isVerified === true && typeof email === 'string' && EMAIL.test(email) ? email : undefined;
}
