import { defineOperation, type PlanContext } from '../platform/operations/operation';
import type { Plan, Warning } from '../platform/operations/plan';
import { LINK_MINUTES } from './link';
import { GrantRepoAccessAnswer, GrantRepoAccessInput } from './repositories.dto';

/** Result of the task `check-access`. `unknown`: GitHub could not be asked. */
export interface AccessFound {
  readonly access: 'granted' | 'missing' | 'unknown';
  /** Why it is unknown. */
  readonly reason?: string;
}

export const grantRepoAccess = defineOperation({
  name: 'grant-repo-access',
  tool: 'mctl_grant_repo_access',
  title: 'Grant Repository Access',
  description:
    'Start giving a team a GitHub repository. Answers install_url, which works once, for whoever administers it. Then mctl_sync_repos.',
  kind: 'write',
  risk: 'medium',
  role: 'developer',
  idempotent: false,
  input: GrantRepoAccessInput,
  answer: GrantRepoAccessAnswer,
  paths: [],
  target: ({ team, repo }) => `${team}/${repo}`,
  task: { name: 'check-access', title: 'Look whether access is there already' },
  plan,
});

function plan({ input: { team, repo }, done }: PlanContext<GrantRepoAccessInput, undefined>): Plan {
  const found = done as AccessFound | undefined;
  const isThere = found?.access === 'granted';
  return {
    changes: [],
    subject: `grant-repo-access(${team}): ${repo}`,
    summary: isThere
      ? `${team} has access to ${repo} already; the link is needed only to give it anew.`
      : `A link, good for ${LINK_MINUTES} minutes and one use, for whoever administers ${repo} to give ${team} access to it.`,
    warnings: found?.access === 'unknown' ? [notAsked(found)] : [],
    destroys: [],
    nextActions: [
      {
        tool: 'mctl_sync_repos',
        arguments: { team },
        why: isThere ? 'bring the list up to date' : 'once somebody has opened install_url and agreed',
      },
    ],
    answer: { repo, already_granted: found && found.access !== 'unknown' ? isThere : null },
  };
}

function notAsked({ reason = '' }: AccessFound): Warning {
  return { code: 'access_unknown', message: `Whether access is there already is unknown. ${reason}` };
}
