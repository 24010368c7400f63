import { z } from 'zod';
import { plainSetting, setting } from './setting';
import { durationBetween, isPlainUrl, optionalText, webUrl, withoutSlash } from './setting-schemas';

/** Where logs of services are kept beyond the life of a pod: a part of `SETTINGS`. */
export const LOGS_SETTINGS = {
  lokiUrl: setting(
    'MCTL_LOKI_URL',
    z
      .union([z.literal(''), webUrl])
      .refine(...isPlainUrl)
      .transform((value) => withoutSlash(value) || undefined),
    {
      fallback: '',
      help: 'Loki with the logs of pods, labelled namespace, pod and container, the address before /loki/api/v1; empty = logs come from the cluster’s pods. An own CA: NODE_EXTRA_CA_CERTS.',
      example: 'https://loki.example.org',
    },
  ),
  lokiTokenFile: setting('MCTL_LOKI_TOKEN_FILE', optionalText, {
    fallback: '',
    help: 'File with the bearer token for Loki. It is read again at every use, so that it can be rotated.',
  }),
  lokiTenant: plainSetting(
    'MCTL_LOKI_TENANT',
    // `a|b` would ask several tenants (Loki's cross-tenant queries); whoever wants that says so in Loki.
    z
      .string()
      .regex(/^[A-Za-z0-9!_.*'()-]{0,150}$/, 'must be one tenant id of Loki')
      .transform((value) => value || undefined),
    { fallback: '', help: 'Tenant of Loki (X-Scope-OrgID) that holds the logs; empty = Loki has no tenants.' },
  ),
  lokiTimeout: plainSetting('MCTL_LOKI_TIMEOUT', durationBetween('1s', '60s'), {
    fallback: '10s',
    help: 'How long one query of Loki may take, from 1s to 60s.',
  }),
} as const;
