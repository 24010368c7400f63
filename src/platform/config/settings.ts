import { hostname } from 'node:os';
import { z } from 'zod';
import { ARGO_SETTINGS } from './argo-settings';
import { BUILDER_SETTINGS } from './builder-settings';
import { CLUSTER_SETTINGS } from './cluster-settings';
import { DATABASE_SETTINGS } from './database-settings';
import { DOMAIN_SETTINGS } from './domain-settings';
import { GIT_DOOR_SETTINGS } from './git-door-settings';
import { GITHUB_SETTINGS } from './github-settings';
import { IDENTITY_SETTINGS } from './identity-settings';
import { INCIDENT_SETTINGS } from './incident-settings';
import { LOGS_SETTINGS } from './logs-settings';
import { MCP_SESSION_SETTINGS } from './mcp-session-settings';
import { OAUTH_SETTINGS } from './oauth-settings';
import { resourceProfiles } from './resource-profiles';
import { isToolset, TOOLSETS } from '../mcp/toolsets';
import { STORE_SETTINGS } from './store-settings';
import { plainSetting, setting } from './setting';
import {
  domain,
  duration,
  durationBetween,
  flag,
  integer,
  isPlainUrl,
  list,
  optionalText,
  webUrl,
  withoutSlash,
} from './setting-schemas';
import { TRACING_SETTINGS } from './tracing-settings';
import { TRANSPORT_SETTINGS } from './transport-settings';
import { VAULT_SETTINGS } from './vault-settings';

const publicUrl = z.union([z.literal(''), webUrl]).transform((value) => withoutSlash(value) || undefined);
const apiUrl = z
  .union([z.literal(''), webUrl])
  .refine(...isPlainUrl)
  .transform((value) => withoutSlash(value) || undefined);

const toolsets = list.transform((names, context) => {
  const known = names.filter(isToolset);
  if (known.length < names.length) context.addIssue(`must be a comma list of ${TOOLSETS.join(', ')}`);
  return known;
});

/** Every setting there is. Durations end up in milliseconds. The order is that of `.env.example`. */
export const SETTINGS = {
  port: plainSetting('PORT', integer(0, 65535), {
    fallback: '8080',
    help: 'Port of MCP, REST and the docs; 0 picks a free one.',
  }),
  host: plainSetting('MCTL_HOST', z.string().min(1), {
    fallback: '127.0.0.1',
    help: 'Address to listen on. Anything but loopback needs MCTL_OIDC_ISSUERS or MCTL_GITHUB_TOKENS, and switches local tokens off.',
  }),
  publicUrl: setting('MCTL_PUBLIC_URL', publicUrl, {
    fallback: '',
    help: 'URL under which clients reach MCTL; empty = http://HOST:PORT. It is the audience of the tokens we sign.',
    example: 'https://mctl.example.org',
  }),
  dataDir: setting('MCTL_DATA_DIR', z.string().min(1), {
    fallback: './data',
    help: 'Folder of the embedded store, the embedded repository and the keys. Back it up; one process at a time opens it.',
  }),
  secretsKeyFile: setting('MCTL_SECRETS_KEY_FILE', optionalText, {
    fallback: '',
    help: 'File with the key that values of secrets are sealed with, 32 bytes in base64 or hex; empty = derived from the key in the data folder. To change it: mctl secrets rekey.',
    example: '/run/secrets/mctl-secrets-key',
  }),
  ...VAULT_SETTINGS,
  admins: plainSetting(
    'MCTL_ADMINS',
    list.refine(
      (logins) => logins.every((login) => /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}$/.test(login)),
      'must be a comma list of logins: letters, digits and . _ @ + -',
    ),
    {
      fallback: 'admin',
      help: 'Platform administrators, a comma list of logins as mctl_whoami shows them. They may do everything in every team. Must be set where others than the local issuer vouch for callers.',
    },
  ),
  ...IDENTITY_SETTINGS,
  ...OAUTH_SETTINGS,
  gitopsRemote: setting('MCTL_GITOPS_REMOTE', optionalText, {
    fallback: '',
    help: 'GitOps repository: https, ssh or file URL; empty = a bare repository under the data folder, seeded by the first start.',
    example: 'https://git.example.org/platform/gitops.git',
  }),
  gitopsBranch: plainSetting(
    'MCTL_GITOPS_BRANCH',
    z.string().regex(/^(?!-)(?!.*\.\.)[A-Za-z0-9._/-]{1,200}$/, 'must be a branch name'),
    {
      fallback: 'main',
      help: 'Branch that MCTL reads and commits to, the one Argo CD follows.',
    },
  ),
  gitopsRoot: plainSetting(
    'MCTL_GITOPS_ROOT',
    z
      .string()
      .regex(
        /^([A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*)*)?$/,
        'must be a relative folder without ..',
      ),
    {
      fallback: 'platform-gitops',
      help: 'Folder inside the repository that MCTL manages; empty = the top.',
    },
  ),
  gitopsTokenFile: setting('MCTL_GITOPS_TOKEN_FILE', optionalText, {
    fallback: '',
    help: 'File with the token for an https remote. It is read again at every use, so that it can be rotated.',
  }),
  gitopsUsername: setting('MCTL_GITOPS_USERNAME', z.string().min(1), {
    fallback: 'x-access-token',
    help: 'User name sent with the token of an https remote.',
  }),
  gitopsCaFile: setting('MCTL_GITOPS_CA_FILE', optionalText, {
    fallback: '',
    help: 'Certificate authorities (PEM) that the certificate of an https remote is checked against; empty = those of this machine.',
  }),
  gitopsSshKeyFile: setting('MCTL_GITOPS_SSH_KEY_FILE', optionalText, {
    fallback: '',
    help: 'Private key for an ssh remote.',
  }),
  gitopsKnownHostsFile: setting('MCTL_GITOPS_KNOWN_HOSTS_FILE', optionalText, {
    fallback: '',
    help: 'Pinned host keys for an ssh remote; an unknown host is refused.',
  }),
  gitopsTimeout: plainSetting('MCTL_GITOPS_TIMEOUT', duration, {
    fallback: '60s',
    help: 'How long one fetch or push may take before it is given up and tried again; the very first fetch ten times as long.',
  }),
  gitopsPoll: plainSetting('MCTL_GITOPS_POLL', duration, {
    fallback: '15s',
    help: 'How often a remote is asked for commits that others made. Writes always ask first.',
  }),
  gitopsMaxStaleness: plainSetting('MCTL_GITOPS_MAX_STALENESS', duration, {
    fallback: '10m',
    help: 'When the remote has not answered for so long, roles can no longer be trusted and calls are refused (503).',
  }),
  gitopsCommitter: plainSetting(
    'MCTL_GITOPS_COMMITTER',
    z.string().regex(/^[^<>\r\n]{1,100} <[^<>\s]{3,200}>$/, 'must have the form: Name <address>'),
    {
      fallback: 'MCTL <mctl@localhost>',
      help: 'Committer of every commit; the author is the caller.',
    },
  ),
  gitopsSigningKey: setting('MCTL_GITOPS_SIGNING_KEY', optionalText, {
    fallback: '',
    help: 'SSH private key file, or OpenPGP key id prefixed gpg:, that signs every commit. Argo CD verifies OpenPGP only.',
  }),
  commitUrl: setting('MCTL_COMMIT_URL', z.string(), {
    fallback: '',
    help: 'Web address of a commit, with {sha} in it; answers and audit then link to it.',
    example: 'https://git.example.org/platform/gitops/commit/{sha}',
  }),
  ...GIT_DOOR_SETTINGS,
  ...STORE_SETTINGS,
  platformDomain: plainSetting('MCTL_PLATFORM_DOMAIN', domain, {
    fallback: 'apps.localhost',
    help: 'Services get the host {team}-{service}.DOMAIN.',
    example: 'apps.example.org',
  }),
  previewDomain: plainSetting(
    'MCTL_PREVIEW_DOMAIN',
    z.union([z.literal(''), domain]).transform((value) => value || undefined),
    {
      fallback: '',
      help: 'Previews get the host {team}-{service}-{id}.DOMAIN; empty = MCTL_PLATFORM_DOMAIN.',
      example: 'preview.example.org',
    },
  ),
  previewsPerTeam: plainSetting('MCTL_PREVIEWS_PER_TEAM', integer(0, 1000), {
    fallback: '8',
    help: 'Most previews that a team may have at a time; its preview quota counts as well.',
  }),
  previewSweep: plainSetting('MCTL_PREVIEW_SWEEP', duration, {
    fallback: '1m',
    help: 'How often expired previews are looked for and deleted; 0s = never.',
  }),
  ...DOMAIN_SETTINGS,
  ...DATABASE_SETTINGS,
  imageRegistries: setting('MCTL_IMAGE_REGISTRIES', list, {
    fallback: '',
    help: 'Registries (or registry/path prefixes) that images may come from, a comma list; empty = any.',
    example: 'ghcr.io/example,registry.example.org',
  }),
  clusterIssuer: setting('MCTL_CLUSTER_ISSUER', z.string().min(1), {
    fallback: 'letsencrypt-prod',
    help: 'cert-manager ClusterIssuer that generated hosts ask for their certificate.',
  }),
  ...BUILDER_SETTINGS,
  ...CLUSTER_SETTINGS,
  ...ARGO_SETTINGS,
  prometheusUrl: setting('MCTL_PROMETHEUS_URL', apiUrl, {
    fallback: '',
    help: 'Prometheus API (Prometheus, VictoriaMetrics) with metrics of cAdvisor and kube-state-metrics, the address before /api/v1; empty = no usage figures, no sizing. An own CA: NODE_EXTRA_CA_CERTS.',
    example: 'https://prometheus.example.org',
  }),
  prometheusTokenFile: setting('MCTL_PROMETHEUS_TOKEN_FILE', optionalText, {
    fallback: '',
    help: 'File with the bearer token for the Prometheus API. It is read again at every use, so that it can be rotated.',
  }),
  prometheusTimeout: plainSetting('MCTL_PROMETHEUS_TIMEOUT', durationBetween('1s', '60s'), {
    fallback: '10s',
    help: 'How long one query of the Prometheus API may take, from 1s to 60s.',
  }),
  ...LOGS_SETTINGS,
  openclawProfiles: setting('MCTL_OPENCLAW_PROFILES', resourceProfiles, {
    fallback: '',
    help: 'Resource profiles as JSON: requests and limits of startup, steady-medium and steady-small; a name left out, or empty = the defaults.',
    example: '{"startup":{"requests":{"cpu":"500m","memory":"1Gi"},"limits":{"cpu":"2","memory":"4Gi"}}}',
  }),
  ...INCIDENT_SETTINGS,
  ...GITHUB_SETTINGS,
  ...MCP_SESSION_SETTINGS,
  readOnly: plainSetting('MCTL_READ_ONLY', flag, {
    fallback: 'false',
    help: 'true = every write is refused and not listed.',
  }),
  toolsets: plainSetting('MCTL_TOOLSETS', toolsets, {
    fallback: '',
    help: `Toolsets that are served, a comma list of ${TOOLSETS.join(', ')}; empty = all. Who one is and how far a write has come are always told.`,
    example: 'services,incidents,operations',
  }),
  readsPerMinute: plainSetting('MCTL_READS_PER_MINUTE', integer(1, 1_000_000), {
    fallback: '300',
    help: 'Reads per user and minute.',
  }),
  writesPerMinute: plainSetting('MCTL_WRITES_PER_MINUTE', integer(1, 1_000_000), {
    fallback: '20',
    help: 'Writes per user and minute.',
  }),
  bodyLimit: plainSetting('MCTL_BODY_LIMIT_KB', integer(16, 16_384), {
    fallback: '1024',
    help: 'Largest request body, in KiB.',
  }),
  ...TRANSPORT_SETTINGS,
  writers: plainSetting('MCTL_COMMIT_BATCH', integer(1, 500), {
    fallback: '64',
    help: 'Most operations that share one fetch and one push; each still gets its own commit.',
  }),
  workflowDeadline: plainSetting('MCTL_WORKFLOW_DEADLINE', duration, {
    fallback: '15m',
    help: 'A workflow that has not ended after so long is failed, e.g. because the remote stays away.',
  }),
  instance: plainSetting(
    'MCTL_INSTANCE',
    z.string().regex(/^[\w.-]{1,100}$/, 'must be letters, digits, dots, dashes'),
    {
      fallback: hostname().replace(/[^\w.-]/g, '-') || 'mctl',
      help: 'Name of this process in logs.',
    },
  ),
  logLevel: plainSetting(
    'LOG_LEVEL',
    z.enum(['debug', 'info', 'warn', 'error'], 'must be debug, info, warn or error'),
    {
      fallback: 'info',
      help: 'debug, info, warn or error. Logs are JSON lines on stderr.',
    },
  ),
  ...TRACING_SETTINGS,
} as const;

export type SettingValues = { [Key in keyof typeof SETTINGS]: z.output<(typeof SETTINGS)[Key]['schema']> };
