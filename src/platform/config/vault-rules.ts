import type { SettingValues } from './settings';

/**
 * What Vault as the secret store lacks, one line each.
 * @param values those settings that could be read.
 */
export function vaultContradictions({
  secrets,
  vaultAddr,
  vaultTokenFile,
  vaultRole,
}: Partial<SettingValues>): string[] {
  if (secrets !== 'vault') {
    return vaultAddr !== undefined && secrets === 'embedded'
      ? ['MCTL_VAULT_ADDR needs MCTL_SECRETS=vault: values are kept in the embedded store otherwise']
      : [];
  }
  return [
    ...(vaultAddr === undefined ? ['MCTL_SECRETS=vault needs MCTL_VAULT_ADDR'] : []),
    ...((vaultTokenFile === undefined) === (vaultRole === undefined)
      ? ['MCTL_SECRETS=vault needs one of MCTL_VAULT_ROLE (Kubernetes service account) and MCTL_VAULT_TOKEN_FILE']
      : []),
  ];
}
