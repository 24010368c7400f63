import { z } from 'zod';
import { durationBetween, isPlainUrl, optionalText, webUrl, withoutSlash } from './setting-schemas';
import { plainSetting, setting } from './setting';

const address = z
  .union([z.literal(''), webUrl])
  .refine(...isPlainUrl)
  .transform((value) => withoutSlash(value) || undefined);
/** Mounts and namespaces are paths; no segment of one may climb or be read in another way. */
const SEGMENTS = /^[A-Za-z0-9_][A-Za-z0-9_.-]*(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$/;
const path = z.string().regex(SEGMENTS, 'must be names separated by /, of letters, digits and _ . -');
const optionalPath = z.union([z.literal(''), path]).transform((value) => value || undefined);

/** Vault or OpenBao as the secret store: a part of `SETTINGS`. */
export const VAULT_SETTINGS = {
  secrets: plainSetting('MCTL_SECRETS', z.enum(['embedded', 'vault'], 'must be embedded or vault'), {
    fallback: 'embedded',
    help: 'Where values of secrets are kept: embedded = sealed in the store, vault = KV version 2 of Vault or OpenBao, which the cluster reads by itself.',
  }),
  vaultAddr: setting('MCTL_VAULT_ADDR', address, {
    fallback: '',
    help: 'Address of Vault or OpenBao, the one before /v1. An own CA: NODE_EXTRA_CA_CERTS. After a change: mctl init --update.',
    example: 'https://vault.example.org:8200',
  }),
  vaultNamespace: plainSetting('MCTL_VAULT_NAMESPACE', optionalPath, {
    fallback: '',
    help: 'Vault namespace (Enterprise, OpenBao) that everything below happens in; empty = none.',
    example: 'platform',
  }),
  vaultMount: plainSetting('MCTL_VAULT_MOUNT', path, {
    fallback: 'secret',
    help: 'Mount of the KV version 2 engine. Values lie below it at teams/{team}/{service}, as the charts read them.',
  }),
  vaultTokenFile: setting('MCTL_VAULT_TOKEN_FILE', optionalText, {
    fallback: '',
    help: 'File with a Vault token, read again at every use, e.g. the sink of Vault Agent, which renews it; empty = MCTL signs in with its Kubernetes service account.',
    example: '/run/secrets/vault-token',
  }),
  vaultRole: plainSetting('MCTL_VAULT_ROLE', optionalPath, {
    fallback: '',
    help: 'Role of the Kubernetes auth method that MCTL signs in as.',
    example: 'mctl',
  }),
  vaultAuthMount: plainSetting('MCTL_VAULT_AUTH_MOUNT', path, {
    fallback: 'kubernetes',
    help: 'Mount of that auth method.',
  }),
  vaultJwtFile: setting('MCTL_VAULT_JWT_FILE', z.string().min(1), {
    fallback: '/var/run/secrets/kubernetes.io/serviceaccount/token',
    help: 'File with the service account token that MCTL signs in with; read again at every sign-in.',
  }),
  vaultTimeout: plainSetting('MCTL_VAULT_TIMEOUT', durationBetween('1s', '30s'), {
    fallback: '5s',
    help: 'How long one request to Vault may take, from 1s to 30s.',
  }),
} as const;
