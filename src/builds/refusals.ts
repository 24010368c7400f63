import { Conflict } from '../platform/errors';

/** The same words for a repository that is not there and one of somebody else. */
export function notGranted(team: string, repo: string): Conflict {
  return new Conflict(`MCTL may not use ${repo} for team ${team}.`, {
    code: 'repository_not_granted',
    field: 'repo',
    got: repo,
    fix: 'Connect it with mctl_grant_repo_access, then call again.',
  });
}
