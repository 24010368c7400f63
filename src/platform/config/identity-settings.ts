import { z } from 'zod';
import { oidcIssuers } from './oidc-issuers';
import { plainSetting, setting } from './setting';
import { durationBetween, flag, integer, list } from './setting-schemas';

const organizations = list.refine(
  (names) => names.every((name) => /^[A-Za-z0-9-]{1,39}$/.test(name)),
  'must be a comma list of organisations',
);

/** Who vouches for callers: a part of `SETTINGS`. */
export const IDENTITY_SETTINGS = {
  localTokens: plainSetting('MCTL_LOCAL_TOKENS', z.enum(['auto', 'true', 'false'], 'must be auto, true or false'), {
    fallback: 'auto',
    help: 'Tokens that mctl token signs; whoever can read the data folder can. auto = taken while MCTL_HOST and MCTL_PUBLIC_URL are loopback; true = also with another MCTL_PUBLIC_URL. Requests through a proxy never open anything with them.',
  }),
  oidcIssuers: setting('MCTL_OIDC_ISSUERS', oidcIssuers, {
    fallback: '',
    help: 'OpenID Connect issuers (Dex, Keycloak) whose JWTs are taken, a JSON list: issuer, audiences, loginClaim, and where wanted loginPrefix, groupsClaim, authorizedParties, accessTokensOnly; docs/security.md explains each. Empty = none.',
    example:
      '[{"issuer":"https://dex.example.org","audiences":["portal"],"loginClaim":"preferred_username","loginPrefix":"dex."}]',
  }),
  githubTokens: plainSetting('MCTL_GITHUB_TOKENS', flag, {
    fallback: 'false',
    help: 'true = GitHub tokens (ghp_, github_pat_, gho_, ghu_) are taken as they are. Convenient, and weaker than a token made for MCTL: see docs/security.md.',
  }),
  githubOrganizations: plainSetting('MCTL_GITHUB_ORGANIZATIONS', organizations, {
    fallback: '',
    help: 'With MCTL_GITHUB_TOKENS: only active members of one of these organisations, a comma list; empty = anybody with a GitHub account may sign in.',
    example: 'acme',
  }),
  identityCache: plainSetting('MCTL_IDENTITY_CACHE', durationBetween('0s', '60s'), {
    fallback: '60s',
    help: 'How long an identity that GitHub confirmed is believed without asking again, at most 60s; so long a revoked token may go on. 0s = asked at every call.',
  }),
  authFailuresPerMinute: plainSetting('MCTL_AUTH_FAILURES_PER_MINUTE', integer(1, 1_000_000), {
    fallback: '120',
    help: 'Credentials that are refused per address and minute; beyond that the answer is 429, and unknown GitHub tokens are not looked up.',
  }),
} as const;
