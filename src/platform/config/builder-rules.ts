import type { SettingValues } from './settings';

/**
 * What the builder lacks, one line each.
 * @param values those settings that could be read.
 */
export function builderContradictions({ builder, ...values }: Partial<SettingValues>): string[] {
  if (builder !== 'github' || !('githubAppClientId' in values)) return [];
  return values.githubAppClientId === undefined || values.githubAppPrivateKeyFile === undefined
    ? ['MCTL_BUILDER=github needs the GitHub App: MCTL_GITHUB_APP_CLIENT_ID and MCTL_GITHUB_APP_PRIVATE_KEY_FILE']
    : [];
}
