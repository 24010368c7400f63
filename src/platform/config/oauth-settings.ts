import { z } from 'zod';
import { SCOPES } from '../auth/scope-names';
import { ciRules, oauthClients } from './oauth-clients';
import { plainSetting, setting } from './setting';
import { durationBetween, flag, integer, isPlainUrl, optionalText, webUrl } from './setting-schemas';

const words = z
  .string()
  .regex(/^[^\p{Cc}<>]{0,60}$/u, 'must be a few words')
  .transform((value) => value || undefined);
const scopes = z
  .string()
  .transform((value) => value.split(' ').filter(Boolean))
  .refine(
    (list) => list.length > 0 && list.every((scope) => Object.hasOwn(SCOPES, scope)),
    `must be scopes divided by spaces, of ${Object.keys(SCOPES).join(' ')}`,
  );
const clientId = z
  .string()
  .regex(/^[A-Za-z0-9._:/-]{0,200}$/, 'must be the client id that the identity provider gave')
  .transform((value) => value || undefined);

/** Credentials go there: only over TLS, or on this very machine. */
const secureUrl = webUrl
  .refine(...isPlainUrl)
  .refine(
    (value) => /^(https:\/\/|http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/])/.test(`${value}/`),
    'must be https; http is taken on loopback only',
  );

/** The authorisation server, and how people sign in to it with a browser. */
export const OAUTH_SETTINGS = {
  oauth: plainSetting('MCTL_OAUTH', flag, {
    fallback: 'true',
    help: 'true = clients may connect by OAuth 2.1: they open a browser, a person signs in and agrees. false = there are no such endpoints.',
  }),
  oauthBasicScopes: plainSetting('MCTL_OAUTH_BASIC_SCOPES', scopes, {
    fallback: 'platform:read',
    help: 'Scopes that clients are told to ask for at first, divided by spaces; each person still agrees to them. A client that cannot ask for more later, as those on the MCP TypeScript SDK 1.x while they hold a refresh token, gets no further: add platform:write for them.',
    example: 'platform:read platform:write',
  }),
  oauthAccessTtl: plainSetting('MCTL_OAUTH_ACCESS_TTL', durationBetween('1m', '24h'), {
    fallback: '30m',
    help: 'How long an access token is good for, from 1m to 24h. Clients renew it by themselves.',
  }),
  oauthConnectionTtl: plainSetting('MCTL_OAUTH_CONNECTION_TTL', durationBetween('1h', '365d'), {
    fallback: '30d',
    help: 'How long a client stays connected before its person must sign in again, from 1h to 365d.',
  }),
  oauthSignInTtl: plainSetting('MCTL_OAUTH_SIGN_IN_TTL', durationBetween('1h', '365d'), {
    fallback: '7d',
    help: 'How long whoever signed in with GitHub or the OIDC issuer stays connected before they are sent there again, from 1h to 365d: whom it no longer lets in gets no further here. People with GitHub teams are asked sooner (MCTL_OAUTH_TEAMS_TTL).',
  }),
  oauthMaxConnections: plainSetting('MCTL_OAUTH_MAX_CONNECTIONS', integer(1, 10_000), {
    fallback: '100',
    help: 'Most connections that one person has at a time. One more ends the one that was not used for longest.',
  }),
  oauthMaxOpenSignIns: plainSetting('MCTL_OAUTH_MAX_OPEN_SIGN_INS', integer(1, 1_000_000), {
    fallback: '5000',
    help: 'Most requests to connect, and most ways to an identity provider, that are kept open at a time. Anybody can begin one; where there are more the oldest is dropped.',
  }),
  oauthTeamsTtl: plainSetting('MCTL_OAUTH_TEAMS_TTL', durationBetween('5m', '7d'), {
    fallback: '8h',
    help: 'How long GitHub teams that were read at a sign-in count, and a membership that MCTL_GITHUB_ORGANIZATIONS asks for, from 5m to 7d. Their people sign in again after that, members of tenant files need not.',
  }),
  oauthRefreshGrace: plainSetting('MCTL_OAUTH_REFRESH_GRACE', durationBetween('0s', '60s'), {
    fallback: '10s',
    help: 'How long a refresh token that was just used may come again, from 0s to 60s: a client that lost our answer gets the same successor. Later it ends the connection.',
  }),
  oauthRegistration: plainSetting('MCTL_OAUTH_REGISTRATION', flag, {
    fallback: 'true',
    help: 'true = clients may register themselves (RFC 7591). They get nothing by it: each person agrees to each client.',
  }),
  oauthMaxClients: plainSetting('MCTL_OAUTH_MAX_CLIENTS', integer(1, 100_000), {
    fallback: '1000',
    help: 'Most clients that may have registered themselves at a time. One that nobody connected goes after a day, or when there are more.',
  }),
  oauthRegistrationsPerHour: plainSetting('MCTL_OAUTH_REGISTRATIONS_PER_HOUR', integer(1, 100_000), {
    fallback: '30',
    help: 'Registrations per address and hour.',
  }),
  oauthRequestsPerMinute: plainSetting('MCTL_OAUTH_REQUESTS_PER_MINUTE', integer(1, 1_000_000), {
    fallback: '240',
    help: 'Requests to the OAuth and sign-in endpoints per address and minute.',
  }),
  oauthMetadataDocuments: plainSetting('MCTL_OAUTH_METADATA_DOCUMENTS', flag, {
    fallback: 'true',
    help: 'true = a client may be known by the https URL of its metadata document, which MCTL then fetches from the internet; addresses of private networks are never asked.',
  }),
  oauthClients: setting('MCTL_OAUTH_CLIENTS', oauthClients, {
    fallback: '',
    help: 'Clients that the operator registers, a JSON list: client_id, client_name, redirect_uris, and client_secret_file for one that can keep a secret.',
    example:
      '[{"client_id":"portal","client_name":"Portal","redirect_uris":["https://portal.example.org/callback"],"client_secret_file":"secrets/portal"}]',
  }),
  oauthKeyGeneration: plainSetting('MCTL_OAUTH_KEY_GENERATION', integer(1, 1_000_000), {
    fallback: '1',
    help: 'Which signing key is used; raise it by one to rotate, the key before stays good for what it has signed. By two: everything signed so far is void, refresh tokens too, and every client connects anew.',
  }),
  oauthCi: setting('MCTL_OAUTH_CI', ciRules, {
    fallback: '',
    help: 'GitHub Actions jobs that get a token for one team, a JSON list: name, repository, team, role, ref or environment (ref * = any), and where wanted repository_id. They act as ci+NAME.',
    example:
      '[{"name":"billing-deploys","repository":"acme/billing","ref":"refs/heads/main","team":"billing","role":"developer"}]',
  }),
  oauthCiIssuer: setting('MCTL_OAUTH_CI_ISSUER', secureUrl, {
    fallback: 'https://token.actions.githubusercontent.com',
    help: 'Who signs the tokens of CI jobs; another one for GitHub Enterprise Server.',
    example: 'https://github.example.org/_services/token',
  }),
  signInGithubClientId: plainSetting('MCTL_SIGN_IN_GITHUB_CLIENT_ID', clientId, {
    fallback: '',
    help: 'Client id of a GitHub App or OAuth App with which people sign in; empty = not with GitHub. Its callback URL is MCTL_PUBLIC_URL/sign-in/github/callback.',
    example: 'Iv23liabcdefghij1234',
  }),
  signInGithubClientSecretFile: setting('MCTL_SIGN_IN_GITHUB_CLIENT_SECRET_FILE', optionalText, {
    fallback: '',
    help: 'File with its client secret. It is read again at every use, so that it can be rotated.',
  }),
  signInGithubTeams: plainSetting('MCTL_SIGN_IN_GITHUB_TEAMS', flag, {
    fallback: 'true',
    help: 'true = GitHub is also asked for the teams of whoever signs in (scope read:org), for tenants that name githubTeams.',
  }),
  signInOidcIssuer: setting(
    'MCTL_SIGN_IN_OIDC_ISSUER',
    z.union([z.literal(''), secureUrl]).transform((value) => value || undefined),
    {
      fallback: '',
      help: 'Issuer of MCTL_OIDC_ISSUERS with which people sign in, exactly as it is written there; empty = none. Its callback URL is MCTL_PUBLIC_URL/sign-in/oidc/callback.',
      example: 'https://dex.example.org',
    },
  ),
  signInOidcClientId: plainSetting('MCTL_SIGN_IN_OIDC_CLIENT_ID', clientId, {
    fallback: '',
    help: 'Client id that MCTL has at that issuer.',
    example: 'mctl',
  }),
  signInOidcClientSecretFile: setting('MCTL_SIGN_IN_OIDC_CLIENT_SECRET_FILE', optionalText, {
    fallback: '',
    help: 'File with its client secret; empty = a public client. It is read again at every use.',
  }),
  signInOidcScopes: plainSetting(
    'MCTL_SIGN_IN_OIDC_SCOPES',
    z.string().regex(/^openid( [\x21\x23-\x5b\x5d-\x7e]+)*$/, 'must begin with openid, divided by single spaces'),
    {
      fallback: 'openid profile email',
      help: 'Scopes that are asked of that issuer; Dex tells groups where groups is among them.',
      example: 'openid profile email groups',
    },
  ),
  signInOidcName: plainSetting('MCTL_SIGN_IN_OIDC_NAME', words, {
    fallback: '',
    help: 'What people call that issuer, for the button; empty = single sign-on.',
    example: 'Acme ID',
  }),
} as const;
