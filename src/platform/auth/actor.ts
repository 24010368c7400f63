import type { Role } from '../gitops';

/** How the caller proved who they are. `system` is MCTL itself, e.g. a sweeper. */
export type AuthMethod = 'local' | 'oidc' | 'github' | 'oauth' | 'ci' | 'system';
/** `page`: a form in a browser. `git`: the call was restored from its commit, which does not say through what it came. */
export type Door = 'mcp' | 'rest' | 'page' | 'cli' | 'system' | 'git';

/** Through what a call came. Nothing here decides anything; it is recorded. */
export interface Via {
  readonly door: Door;
  readonly requestId: string;
  /** The client's own, unverified name. */
  readonly client?: string;
}

/** Who calls. First argument of every service method, never ambient. */
export interface Actor {
  readonly login: string;
  readonly email?: string;
  readonly method: AuthMethod;
  readonly isAdmin: boolean;
  readonly expiresAt?: Date;
  /** GitHub teams, `organisation/slug` in lower case, as the identity provider said at this call. Undefined = none, or not asked. */
  readonly teams?: readonly string[];
  /** Why GitHub teams of this caller do not count, for the caller to read; undefined where they do. */
  readonly teamsUnknown?: string;
  /** The one role that the settings give a CI job; whatever tenant files say of its login does not count. */
  readonly assigned?: { readonly team: string; readonly role: Role };
  /** What the token was given for; undefined = it is not bounded, only roles are. */
  readonly scopes?: readonly string[];
  readonly via: Via;
}

/** Who a credential belongs to, before anything about the request is known. */
export type Identity = Pick<
  Actor,
  'login' | 'email' | 'method' | 'expiresAt' | 'teams' | 'teamsUnknown' | 'assigned' | 'scopes'
>;

/** Beginning of the logins of CI jobs (`MCTL_OAUTH_CI`), which come by token exchange and by nothing else. */
export const CI_PREFIX = 'ci+';

/** MCTL itself, e.g. as `system:preview-sweeper`: a login that no identity provider has (see `LOGIN_PATTERN`). */
export function systemActor(name: string, requestId: string): Actor {
  return { login: `system:${name}`, method: 'system', isAdmin: true, via: { door: 'system', requestId } };
}

/** Logins of all identity providers we know; also keeps commit authors and trailers on one line. */
export const LOGIN_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}$/;

/** Whether somebody who is no CI job can have this login; logins have no case. */
export function isPersonalLogin(login: string): boolean {
  return LOGIN_PATTERN.test(login) && !login.toLowerCase().startsWith(CI_PREFIX);
}
