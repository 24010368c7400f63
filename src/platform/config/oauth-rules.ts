import type { SettingValues } from './settings';

/** Whether anybody could sign in to our authorisation server with a browser: where not, clients are not sent there. */
export function canSignIn({ values, takesLocalTokens }: Signing): boolean {
  return takesLocalTokens || values.signInGithubClientId !== undefined || values.signInOidcIssuer !== undefined;
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
        'MCTL_PUBLIC_URL must be without a path while MCTL_OAUTH=true: clients look for the metadata at the top of the host',
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
