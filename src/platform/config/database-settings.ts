import { z } from 'zod';
import { DATABASE_DEFAULTS, DEFAULT_EXTENSIONS } from './database-defaults';
import { postgresUrl } from './postgres-url';
import { domain, integer, label, list, optionalText } from './setting-schemas';
import { plainSetting, secretSetting, setting } from './setting';

const kubernetesName = z
  .string()
  .regex(new RegExp(`^${label}$`), 'must be a Kubernetes name: lower-case letters, digits, hyphens, at most 63');
const extensionNames = list.refine(
  (names) => names.every((name) => /^[a-z][a-z0-9_-]{0,62}$/.test(name)),
  'must be a comma list of PostgreSQL extensions: lower-case letters, digits, _ and -',
);

/** Where databases of services come from: a part of `SETTINGS`. */
export const DATABASE_SETTINGS = {
  databaseAdminUrl: secretSetting('MCTL_DATABASE_ADMIN_URL', postgresUrl, {
    fallback: '',
    help: 'PostgreSQL server on which MCTL itself creates the databases of services, with a login that may create roles and databases; empty = CloudNativePG does, from manifests. Better in a file: MCTL_DATABASE_ADMIN_URL_FILE.',
    example: 'postgresql://mctl@postgres.example.org:5432/postgres?sslmode=verify-full',
  }),
  databaseAdminUrlFile: setting('MCTL_DATABASE_ADMIN_URL_FILE', optionalText, {
    fallback: '',
    help: 'File with that URL instead. It is read again at every use, so that the password can be rotated.',
  }),
  databaseHost: plainSetting(
    'MCTL_DATABASE_HOST',
    z.union([z.literal(''), domain]).transform((value) => value || undefined),
    {
      fallback: '',
      help: 'Host under which services reach PostgreSQL; empty = {cluster}-rw.{namespace}.svc.cluster.local, or the host of MCTL_DATABASE_ADMIN_URL.',
      example: 'postgres.example.org',
    },
  ),
  databaseCluster: plainSetting('MCTL_DATABASE_CLUSTER', kubernetesName, {
    fallback: DATABASE_DEFAULTS.cluster,
    help: 'CloudNativePG Cluster in which the databases of services are made.',
  }),
  databaseNamespace: plainSetting('MCTL_DATABASE_NAMESPACE', kubernetesName, {
    fallback: DATABASE_DEFAULTS.namespace,
    help: 'Namespace of that Cluster: databases, roles and their credentials must be in it. After a change: mctl init --update.',
  }),
  databaseSecretStore: plainSetting('MCTL_DATABASE_SECRET_STORE', kubernetesName, {
    fallback: DATABASE_DEFAULTS.secretStore,
    help: 'External Secrets SecretStore in that namespace that reads and writes teams/{team}/{service}/database.',
  }),
  databaseExtensions: plainSetting('MCTL_DATABASE_EXTENSIONS', extensionNames, {
    fallback: DEFAULT_EXTENSIONS.join(','),
    help: 'PostgreSQL extensions that a call may ask for, a comma list. Those that read files, reach other hosts or run code belong to administrators.',
  }),
  databaseConnections: plainSetting('MCTL_DATABASE_CONNECTIONS', integer(1, 10_000), {
    fallback: String(DATABASE_DEFAULTS.connections),
    help: 'Most connections that the role of a new database may have at a time.',
  }),
} as const;
