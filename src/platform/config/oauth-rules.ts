import type { SettingValues } from './settings';

/** Who vouches for people in a browser. */
export type SignInWay = 'local' | 'github' | 'oidc';

/** How people may sign in with a browser. Where there is no way, clients are not sent to our authorisation server. */
export function signInWays({ values, takesLocalTokens }: Signing): readonly SignInWay[] {
  const { signInGithubClientId, signInOidcIssuer } = values;
  return [
    ...(takesLocalTokens ? ['local' as const] : []),
    ...(signInGithubClientId === undefined ? [] : ['github' as const]),
    ...(signInOidcIssuer === undefined ? [] : ['oidc' as const]),
  ];
}

interface Signing {
  readonly values: Pick<SettingValues, 'signInGithubClientId' | 'signInOidcIssuer'>;
  readonly takesLocalTokens: boolean;
}

/**
 * What does not go together about OAuth and the browser sign-in; one line each.
 * @param values those settings that could be read.
 */
export function oauthContradictions(values: Partial<SettingValues>): string[] {
  return [...addressProblems(values), ...githubProblems(values), ...oidcProblems(values)];
}

function addressProblems({ oauth, publicUrl }: Partial<SettingValues>): string[] {
  return oauth && publicUrl !== undefined && new URL(publicUrl).pathname !== '/'
    ? [
        `MCTL_PUBLIC_URL has the path ${new URL(publicUrl).pathname}, and OAuth clients look for their metadata at the top of a host; give MCTL a host of its own, or set MCTL_OAUTH=false`,
      ]
    : [];
}

function githubProblems({
  signInGithubClientId: id,
  signInGithubClientSecretFile: file,
}: Partial<SettingValues>): string[] {
  return (id === undefined) === (file === undefined)
    ? []
    : ['MCTL_SIGN_IN_GITHUB_CLIENT_ID and MCTL_SIGN_IN_GITHUB_CLIENT_SECRET_FILE must be set together'];
}

function oidcProblems({
  oidcIssuers = [],
  signInOidcIssuer: issuer,
  signInOidcClientId: id,
}: Partial<SettingValues>): string[] {
  if (issuer === undefined) {
    return id === undefined ? [] : ['MCTL_SIGN_IN_OIDC_CLIENT_ID needs MCTL_SIGN_IN_OIDC_ISSUER'];
  }
  return [
    ...(id === undefined ? ['MCTL_SIGN_IN_OIDC_ISSUER needs MCTL_SIGN_IN_OIDC_CLIENT_ID'] : []),
    // Its entry says which claim is the login, and keeps its people apart from those of others.
    ...(oidcIssuers.some((each) => each.issuer === issuer)
      ? []
      : ['MCTL_SIGN_IN_OIDC_ISSUER must be one of MCTL_OIDC_ISSUERS, written as there']),
  ];
}
