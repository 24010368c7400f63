import { z } from 'zod';
import { plainSetting, setting } from './setting';
import { durationBetween, isPlainUrl, optionalText, webUrl, withoutSlash } from './setting-schemas';

/** Credentials go there: only over TLS, or on this very machine. */
const githubUrl = webUrl
  .refine(...isPlainUrl)
  .refine(
    (value) => /^(https:\/\/|http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/])/.test(`${value}/`),
    'must be https; http is taken on loopback only',
  )
  .transform(withoutSlash);

/** The GitHub App and where it lives: a part of `SETTINGS`. */
export const GITHUB_SETTINGS = {
  githubAppClientId: plainSetting(
    'MCTL_GITHUB_APP_CLIENT_ID',
    z
      .string()
      .regex(/^[A-Za-z0-9._-]{0,64}$/, 'must be the client id from the settings of the App')
      .transform((value) => value || undefined),
    {
      fallback: '',
      help: 'Client id of the GitHub App that lets teams name their repositories; empty = no repositories. Its Setup URL and its Callback URL are both MCTL_PUBLIC_URL/github/setup.',
      example: 'Iv23liabcdefghij1234',
    },
  ),
  githubAppClientSecretFile: setting('MCTL_GITHUB_APP_CLIENT_SECRET_FILE', optionalText, {
    fallback: '',
    help: 'File with a client secret of the GitHub App. It is read again at every use, so that it can be rotated.',
  }),
  githubAppSlug: plainSetting(
    'MCTL_GITHUB_APP_SLUG',
    z
      .string()
      .regex(/^[a-z0-9-]{0,100}$/, 'must be the last part of the App’s public link')
      .transform((value) => value || undefined),
    {
      fallback: '',
      help: 'Name of the GitHub App in its public link, https://github.com/apps/SLUG.',
      example: 'acme-mctl',
    },
  ),
  githubAppPrivateKeyFile: setting('MCTL_GITHUB_APP_PRIVATE_KEY_FILE', optionalText, {
    fallback: '',
    help: 'File with a private key (PEM) of the GitHub App. It is read again at every use, so that it can be rotated.',
  }),
  githubUrl: setting('MCTL_GITHUB_URL', githubUrl, {
    fallback: 'https://github.com',
    help: 'GitHub as people open it; another one for GitHub Enterprise.',
    example: 'https://github.example.org',
  }),
  githubApiUrl: setting('MCTL_GITHUB_API_URL', githubUrl, {
    fallback: 'https://api.github.com',
    help: 'REST API of the same GitHub. An own CA: NODE_EXTRA_CA_CERTS.',
    example: 'https://github.example.org/api/v3',
  }),
  githubTimeout: plainSetting('MCTL_GITHUB_TIMEOUT', durationBetween('1s', '60s'), {
    fallback: '10s',
    help: 'How long one request to GitHub may take, from 1s to 60s.',
  }),
} as const;
