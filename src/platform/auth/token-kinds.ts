import type { Identity } from './actor';
import type { Knock } from './failed-sign-ins';

/** Names of the passport strategies. They are also the label `kind` of the metrics. */
export const OAUTH_TOKEN = 'oauth-token';
export const LOCAL_TOKEN = 'local-token';
export const OIDC_TOKEN = 'oidc-token';
export const GITHUB_TOKEN = 'github-token';

/**
 * The kinds of credential, in the order in which they are asked whether they recognise one; the first that does decides for good. JWTs
 * are told apart by `iss`, which two kinds never share, and GitHub tokens by their prefix, which no JWT has: the order decides
 * nothing today, and is fixed so that it stays so. Our own OAuth tokens stand first: what says it is from us is checked
 * as ours.
 */
export const TOKEN_KINDS = [OAUTH_TOKEN, LOCAL_TOKEN, OIDC_TOKEN, GITHUB_TOKEN] as const;
export type TokenKind = (typeof TOKEN_KINDS)[number];

/** One kind of credential: tells its own from others by their shape, and then decides about them for good. */
export interface CredentialKind {
  readonly kind: TokenKind;
  recognises(token: string): boolean;
  /** @throws Unauthenticated for a token that is not good here and now; Unavailable where that cannot be told. */
  identify(token: string, knock: Knock): Promise<Identity>;
}
