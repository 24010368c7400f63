import type { Identity } from '../auth/actor';
import type { Attempt } from './sign-in-attempts';

/** Somebody who vouches for people in a browser. */
export interface IdentityProvider {
  /** In our paths: `/sign-in/{id}/callback`. */
  readonly id: 'github' | 'oidc';
  /** For the button, after "Continue with". */
  readonly name: string;
  /** Where to send the browser. */
  authorizeUrl(attempt: Attempt & { readonly state: string }): Promise<string>;
  /**
   * Who came back. Credentials of theirs that were needed for that are forgotten before this returns.
   * @param callback our own callback URL with the query that came.
   * @throws Unauthenticated where they are nobody, or said no; Unavailable where the provider does not answer.
   */
  identify(callback: URL, attempt: Attempt & { readonly state: string }): Promise<Identity>;
}
