import { type Config, isLoopback } from '../../platform/config';
import { missingCapabilities, VaultUnavailable } from '../../platform/secrets';
import { type Check, failed, type Finding, ok, skipped, warning } from './check';
import { judgeMode, readIfAllowed, unreadable } from './secret-file';

/** Three requests, one sign-in, each bounded by MCTL_VAULT_TIMEOUT. */
const LIMIT_MS = 130_000;

/** The secret store elsewhere: reachable, unsealed, and whether its policy lets MCTL do what it needs. */
export const vaultCheck: Check = {
  name: 'vault',
  settings: ['MCTL_SECRETS', 'MCTL_VAULT_ADDR', 'MCTL_VAULT_MOUNT', 'MCTL_VAULT_NAMESPACE'],
  limitMs: LIMIT_MS,
  async run({ config }) {
    const { secrets, vaultAddr = '', vaultMount, vaultTokenFile } = config.values;
    if (secrets !== 'vault') return skipped('MCTL_SECRETS=embedded: values are in the store');
    const file = vaultTokenFile === undefined ? undefined : judgeFile(vaultTokenFile);
    if (file?.status === 'failed') return file;
    const fault = await faultIn(config);
    if (fault) return fault;
    return file?.status === 'warning' ? file : (inClear(vaultAddr) ?? ok(`${vaultAddr}, mount ${vaultMount}`));
  },
};

/** Where the error itself sends its readers here. */
const FIXES: Readonly<Record<string, string>> = {
  vault_unreachable:
    'Check MCTL_VAULT_ADDR, and whether this machine may reach it: network policy, DNS, certificates (NODE_EXTRA_CA_CERTS).',
  vault_denied: 'Check the policy of the role or token against docs/vault.md.',
  vault_sign_in_failed:
    'Check MCTL_VAULT_ROLE and MCTL_VAULT_AUTH_MOUNT, or the file of MCTL_VAULT_TOKEN_FILE: docs/vault.md.',
  vault_misconfigured: 'Check MCTL_VAULT_MOUNT and MCTL_VAULT_NAMESPACE: the mount must be a KV engine of version 2.',
};

async function faultIn(config: Config): Promise<Finding | undefined> {
  try {
    const missing = await missingCapabilities(config);
    if (missing.length === 0) return undefined;
    return failed(`the policy lacks ${missing.join('; ')}`, 'Add it to the policy of MCTL: docs/vault.md.');
  } catch (error) {
    if (!(error instanceof VaultUnavailable)) throw error;
    return failed(
      `${config.values.vaultAddr}: ${error.message} (${error.seen})`,
      FIXES[error.code] ?? error.details.fix ?? '',
    );
  }
}

function judgeFile(file: string): Finding {
  if (readIfAllowed(file) === undefined) return unreadable(file, 'MCTL_VAULT_TOKEN_FILE');
  return judgeMode(file, `token in ${file}`);
}

/** Inside of a cluster that may be meant; whoever listens there reads every value. */
function inClear(address: string): Finding | undefined {
  const { protocol, hostname } = new URL(address);
  if (protocol === 'https:' || isLoopback(hostname.replace(/^\[|\]$/g, ''))) return undefined;
  return warning(
    `${address} is not encrypted: values cross the network in clear`,
    'Use https, or a network that encrypts.',
  );
}
