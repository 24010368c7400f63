import { isBelow } from '../text/image-name';
import type { SettingValues } from './settings';

/**
 * What the builder lacks, one line each.
 * @param values those settings that could be read.
 */
export function builderContradictions(values: Partial<SettingValues>): string[] {
  const { builder } = values;
  if (builder === undefined || builder === 'none') return [];
  return [...withoutApp(values, builder), ...(builder === 'argo' ? withoutCluster(values) : [])];
}

function withoutApp(values: Partial<SettingValues>, builder: string): string[] {
  if (!('githubAppClientId' in values)) return [];
  return values.githubAppClientId === undefined || values.githubAppPrivateKeyFile === undefined
    ? [`MCTL_BUILDER=${builder} needs the GitHub App: MCTL_GITHUB_APP_CLIENT_ID and MCTL_GITHUB_APP_PRIVATE_KEY_FILE`]
    : [];
}

function withoutCluster(values: Partial<SettingValues>): string[] {
  const problems: string[] = [];
  if (values.cluster === 'none') problems.push('MCTL_BUILDER=argo needs MCTL_CLUSTER=kubernetes');
  if (!('buildRegistry' in values)) return problems;
  const { buildRegistry: registry, imageRegistries: allowed = [] } = values;
  if (registry === undefined) {
    problems.push('MCTL_BUILDER=argo needs MCTL_BUILD_REGISTRY: where images are pushed');
  } else if (!isBelow(registry, allowed)) {
    problems.push(`MCTL_BUILD_REGISTRY must lie in MCTL_IMAGE_REGISTRIES, or nothing that is built may run`);
  }
  return problems;
}
