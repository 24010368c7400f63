import type { SettingValues } from './settings';

/**
 * What `MCTL_WORKFLOWS=argo` lacks, one line each.
 * @param values those settings that could be read.
 */
export function argoContradictions({ workflows, ...values }: Partial<SettingValues>): string[] {
  if (workflows !== 'argo') return [];
  const needs: readonly [isMissing: boolean, text: string][] = [
    ['databaseUrl' in values && values.databaseUrl === undefined, 'DATABASE_URL: its pods share the store'],
    ['gitopsRemote' in values && values.gitopsRemote === undefined, 'MCTL_GITOPS_REMOTE: its pods push there'],
    [values.cluster === 'none', 'MCTL_CLUSTER=kubernetes: the Workflows are objects of that cluster'],
  ];
  return needs.flatMap(([isMissing, text]) => (isMissing ? [`MCTL_WORKFLOWS=argo needs ${text}`] : []));
}
