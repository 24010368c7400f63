import { z } from 'zod';
import { isPlainUrl, webUrl } from './setting-schemas';

/** Characters that no GitHub login has; a prefix that ends with one can be no beginning of such a login. */
const PREFIX = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,30}[.@+]$/;
const CLAIM = /^[A-Za-z0-9_:/.-]{1,128}$/;
const LOOPBACK = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(\/|$)/;

const text = (rule: RegExp, error: string) => z.string(error).regex(rule, error);
const names = z.array(z.string().min(1).max(500)).min(1).max(20);

const issuer = z.strictObject({
  issuer: webUrl
    .refine(...isPlainUrl)
    .refine((url) => url.startsWith('https://') || LOOPBACK.test(url), 'must be https; http is taken on loopback only'),
  audiences: names,
  loginClaim: text(CLAIM, 'must be the name of a claim, e.g. preferred_username'),
  loginPrefix: text(PREFIX, 'must be letters, digits and . _ @ + - and end with . or @ or +, e.g. dex.').optional(),
  groupsClaim: text(CLAIM, 'must be the name of a claim, e.g. groups').optional(),
  authorizedParties: names.optional(),
  accessTokensOnly: z.boolean().optional(),
});

/** One OpenID Connect issuer whose tokens are taken. */
export interface OidcIssuerSettings {
  /** Exactly as the issuer writes it in `iss`, a slash at the end included. */
  readonly issuer: string;
  /** Who a token may be meant for: one of these must be in `aud`. */
  readonly audiences: readonly string[];
  /**
   * Claim that becomes the login. There is no default: only whoever runs the issuer knows which one is unique, whatever its case, and
   * cannot be chosen by its bearer.
   */
  readonly loginClaim: string;
  /** Stands before every login of this issuer, so that nobody there can be taken for somebody of another issuer. */
  readonly loginPrefix?: string;
  /** Claim that lists GitHub teams as Dex's GitHub connector writes them, `org:team` (or `org/team`). Absent = groups do not count. */
  readonly groupsClaim?: string;
  /** Clients a token may have been issued to (`azp`, `client_id`). Absent = any, but the audiences where a token has several. */
  readonly authorizedParties?: readonly string[];
  /** Take access tokens of RFC 9068 (`typ: at+jwt`) only, no id tokens. */
  readonly accessTokensOnly?: boolean;
}

const EXAMPLE = '[{"issuer":"https://dex.example.org","audiences":["portal"],"loginClaim":"preferred_username"}]';

/** A JSON list of issuers; empty = none. */
export const oidcIssuers = z.string().transform((value, context): readonly OidcIssuerSettings[] => {
  if (value === '') return [];
  const parsed = z.array(issuer).max(20).safeParse(dataOf(value));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(' '));
  context.addIssue(`must be JSON such as ${EXAMPLE}: ${problems.join('; ')}`);
  return [];
});

/**
 * What would let two issuers speak of one login. Logins decide about roles and are compared whatever their case, so two namespaces
 * must not overlap: whoever can choose a name at one issuer could else be somebody of the other.
 * @param hasGithub whether GitHub's logins, which have no prefix, are in use as well.
 */
export function mergedNamespaces(issuers: readonly OidcIssuerSettings[], hasGithub: boolean): string[] {
  return [
    ...sameIssuer(issuers),
    ...missingPrefixes(issuers, hasGithub),
    ...overlaps(issuers),
    ...groupSources(issuers),
  ];
}

function sameIssuer(issuers: readonly OidcIssuerSettings[]): string[] {
  const urls = issuers.map(({ issuer: url }) => url);
  const twice = urls.filter((url, index) => urls.indexOf(url) !== index);
  return [...new Set(twice)].map((url) => `MCTL_OIDC_ISSUERS has ${url} twice; give it all its audiences in one entry`);
}

function missingPrefixes(issuers: readonly OidcIssuerSettings[], hasGithub: boolean): string[] {
  const bare = issuers.filter(({ loginPrefix }) => loginPrefix === undefined);
  if (bare.length === 0 || (issuers.length === 1 && !hasGithub)) return [];
  const others = hasGithub ? 'GitHub' : 'another issuer';
  return bare.map(
    ({ issuer: url }) =>
      `MCTL_OIDC_ISSUERS must give ${url} a loginPrefix such as "dex.": its logins and those of ${others} would be the same people`,
  );
}

function overlaps(issuers: readonly OidcIssuerSettings[]): string[] {
  const prefixes = issuers.flatMap(({ loginPrefix }) => (loginPrefix === undefined ? [] : [loginPrefix.toLowerCase()]));
  return prefixes.flatMap((prefix, index) =>
    prefixes.some((other, at) => at !== index && prefix.startsWith(other) && (prefix !== other || at < index))
      ? [`MCTL_OIDC_ISSUERS must have loginPrefixes of which none begins another: ${prefix} does not stand apart`]
      : [],
  );
}

/** GitHub's teams are one namespace; two issuers that both tell them could each make up what the other knows better. */
function groupSources(issuers: readonly OidcIssuerSettings[]): string[] {
  const sources = issuers.filter(({ groupsClaim }) => groupsClaim !== undefined);
  return sources.length > 1 ? ['MCTL_OIDC_ISSUERS must have at most one issuer with a groupsClaim'] : [];
}

function dataOf(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
