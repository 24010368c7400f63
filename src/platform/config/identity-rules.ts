import { oauthContradictions } from './oauth-rules';
import { mergedNamespaces } from './oidc-issuers';
import { type SettingValues, SETTINGS } from './settings';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Why these identities must not be used together, or from there; one line each.
 * @param values those settings that could be read.
 */
export function identityContradictions(values: Partial<SettingValues>, environment: Environment): string[] {
  const { oidcIssuers = [], githubOrganizations = [] } = values;
  const hasGithub = values.githubTokens === true || values.signInGithubClientId !== undefined;
  const hasOthers = oidcIssuers.length > 0 || hasGithub;
  return [
    ...localIssuerProblems(values, hasOthers),
    ...mergedNamespaces(oidcIssuers, hasGithub),
    ...oauthContradictions(values),
    // The default would make an administrator of whoever has that name at GitHub.
    ...(hasOthers && environment[SETTINGS.admins.name] === undefined
      ? ['MCTL_ADMINS must be set: who is an administrator among the logins that others vouch for?']
      : []),
    ...(githubOrganizations.length > 0 && !hasGithub
      ? [
          'MCTL_GITHUB_ORGANIZATIONS needs MCTL_GITHUB_TOKENS=true or MCTL_SIGN_IN_GITHUB_CLIENT_ID; without them GitHub lets nobody in',
        ]
      : []),
  ];
}

/**
 * Whether tokens of the local issuer are taken: on loopback, and under a public address elsewhere only where that was said, for calls
 * from this machine.
 */
export function takesLocalTokens({ host, localTokens, publicUrl }: LocalSettings): boolean {
  if (localTokens === 'false' || !isLoopback(host)) return false;
  return localTokens === 'true' || !isPublic(publicUrl);
}

type LocalSettings = Pick<SettingValues, 'host' | 'localTokens' | 'publicUrl'>;

function localIssuerProblems({ host, localTokens, publicUrl }: Partial<SettingValues>, hasOthers: boolean): string[] {
  if (host !== undefined && !isLoopback(host)) {
    if (!hasOthers) return [NOT_LOOPBACK(host)];
    return localTokens === 'true'
      ? [`MCTL_LOCAL_TOKENS=true is for loopback only, and MCTL_HOST=${host} is not; use auto`]
      : [];
  }
  if (!hasOthers && localTokens === 'auto' && isPublic(publicUrl)) return [NOT_FROM_HERE(publicUrl)];
  return localTokens === 'false' && !hasOthers
    ? [
        'MCTL_LOCAL_TOKENS=false lets nobody in; set MCTL_OIDC_ISSUERS, MCTL_GITHUB_TOKENS=true or MCTL_SIGN_IN_GITHUB_CLIENT_ID',
      ]
    : [];
}

const NOT_LOOPBACK = (host: string): string =>
  `MCTL_HOST=${host} is not loopback, and the local issuer, the only identity in use, is meant for this machine alone; use 127.0.0.1, or set MCTL_OIDC_ISSUERS, MCTL_GITHUB_TOKENS=true or MCTL_SIGN_IN_GITHUB_CLIENT_ID`;

const NOT_FROM_HERE = (publicUrl: string): string =>
  `MCTL_PUBLIC_URL=${publicUrl} is not loopback, and the local issuer, the only identity in use, is meant for this machine alone; set MCTL_OIDC_ISSUERS, MCTL_GITHUB_TOKENS=true or MCTL_SIGN_IN_GITHUB_CLIENT_ID, or MCTL_LOCAL_TOKENS=true to take local tokens of calls that no proxy passes on`;

/** A public address at which others reach this machine. */
function isPublic(publicUrl: string | undefined): publicUrl is string {
  return publicUrl !== undefined && !isLoopback(new URL(publicUrl).hostname.replace(/^\[|\]$/g, ''));
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
