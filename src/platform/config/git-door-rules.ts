import type { SettingValues } from './settings';

/**
 * Why the embedded repository cannot be served like that, one line each.
 * @param values those settings that could be read.
 */
export function gitDoorContradictions({ gitPasswordFile, gitUrl, gitopsRemote }: Partial<SettingValues>): string[] {
  if (gitPasswordFile !== undefined && gitopsRemote !== undefined) {
    return [
      'MCTL_GIT_PASSWORD_FILE serves the embedded repository, and MCTL_GITOPS_REMOTE names another one, which Argo CD follows where it is; unset one of them',
    ];
  }
  return gitUrl !== undefined && gitPasswordFile === undefined
    ? ['MCTL_GIT_URL needs MCTL_GIT_PASSWORD_FILE: without it nothing is served there']
    : [];
}
