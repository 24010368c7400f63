/** How the caller proved who they are. `system` is MCTL itself, e.g. a sweeper. */
export type AuthMethod = 'local' | 'system';
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
  readonly via: Via;
}

/** MCTL itself, e.g. as `system:preview-sweeper`: a login that no identity provider has (see `LOGIN_PATTERN`). */
export function systemActor(name: string, requestId: string): Actor {
  return { login: `system:${name}`, method: 'system', isAdmin: true, via: { door: 'system', requestId } };
}

/** Logins of all identity providers we know; also keeps commit authors and trailers on one line. */
export const LOGIN_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}$/;
