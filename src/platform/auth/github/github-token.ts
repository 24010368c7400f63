import { refused } from './github-refusals';

/** Prefixes of GitHub's tokens: https://docs.github.com/authentication → About authentication to GitHub. */
const TOKEN = /^(gh[pousr]_|github_pat_)/;
/** Longer than any of a user today; what follows the prefix is letters, digits and underscores. */
const USER_TOKEN = /^(?:gh[pou]_|github_pat_)[A-Za-z0-9_]{16,255}$/;

/** Whether it calls itself a GitHub token, good or not. */
export function isGithubToken(token: string): boolean {
  return TOKEN.test(token);
}

/** @throws Unauthenticated for what can belong to no user, without asking anybody. */
export function mustBeOfUser(token: string): void {
  if (token.startsWith('ghs_')) {
    throw refused(
      'This is an installation token (ghs_): it belongs to a GitHub App, and nobody can be held to what it does.',
      'Use a token of a user. For CI, a JWT of an OpenID Connect issuer.',
    );
  }
  if (token.startsWith('ghr_')) {
    throw refused('This is a refresh token (ghr_), which opens nothing by itself.', 'Use the access token (ghu_).');
  }
  if (!USER_TOKEN.test(token)) throw refused('The token is cut short, or not a GitHub token.', 'Copy all of it.');
}
