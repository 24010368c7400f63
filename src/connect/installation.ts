import { type Config, tokenCommand } from '../platform/config';
import { isLoopback } from '../platform/http/pages';

/** What of an installation decides how clients connect to it. */
export interface Installation {
  /** Where clients reach it, without a slash at the end. */
  readonly base: string;
  /** Nothing but programs of this very machine reaches it. */
  readonly isLoopback: boolean;
  /** Clients may open a browser and have their person agree; they need no token of anybody's. */
  readonly offersOAuth: boolean;
  readonly takesLocalTokens: boolean;
  /** The shell command that signs a local token for somebody. */
  readonly tokenCommand: (login?: string) => string;
  readonly takesGithubTokens: boolean;
  readonly issuers: readonly { readonly issuer: string; readonly audiences: readonly string[] }[];
  /** Jobs of GitHub Actions may exchange their own token. */
  readonly takesCiJobs: boolean;
}

export function installationOf(config: Config, base: string): Installation {
  const { githubTokens, oidcIssuers, oauth, oauthCi } = config.values;
  return {
    base,
    isLoopback: isLoopback(new URL(base).hostname),
    offersOAuth: config.offersOAuth,
    takesLocalTokens: config.takesLocalTokens,
    tokenCommand: (login) => tokenCommand(config, login),
    takesGithubTokens: githubTokens,
    issuers: oidcIssuers.map(({ issuer, audiences }) => ({ issuer, audiences })),
    takesCiJobs: oauth && oauthCi.length > 0,
  };
}

/** Whether there is any token that a person could put into a header. */
export function takesTokens({ takesLocalTokens, takesGithubTokens, issuers }: Installation): boolean {
  return takesLocalTokens || takesGithubTokens || issuers.length > 0;
}
