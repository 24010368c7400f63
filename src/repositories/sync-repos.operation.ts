import { defineOperation, type PlanContext } from '../platform/operations/operation';
import type { NextAction, Plan } from '../platform/operations/plan';
import { SyncReposAnswer, SyncReposInput } from './repositories.dto';
import { differenceOf, type Fetched, type Grant } from './sync.policy';

/** What the plan knows of the store. */
export interface SyncFacts {
  readonly grants: readonly Grant[];
}

export const syncRepos = defineOperation({
  name: 'sync-repos',
  tool: 'mctl_sync_repos',
  title: 'Sync Repositories',
  description:
    'Ask GitHub which granted repositories are there, and bring mctl_list_repos up to date. What is gone must be granted anew.',
  kind: 'write',
  risk: 'low',
  role: 'developer',
  idempotent: true,
  input: SyncReposInput,
  answer: SyncReposAnswer,
  paths: [],
  target: ({ team }) => `${team}/repositories`,
  task: { name: 'fetch-repositories', title: 'Ask GitHub for the repositories' },
  plan,
});

function plan({ input: { team }, facts: { grants }, done }: PlanContext<SyncReposInput, SyncFacts>): Plan {
  const common = { changes: [], destroys: [], nextActions: nextOf(team, grants) };
  if (done === undefined) {
    const what = grants.length === 1 ? '1 repository' : `${grants.length} repositories`;
    return {
      ...common,
      subject: `sync-repos(${team})`,
      summary: `GitHub is asked about ${what} that ${team} was granted.`,
      warnings: [],
      answer: {},
    };
  }
  const { added, removed, unchanged, warnings } = differenceOf(grants, done as Fetched);
  const counts = `${added.length} added, ${removed.length} removed, ${unchanged.length} unchanged`;
  return {
    ...common,
    subject: `sync-repos(${team}): ${counts}`,
    summary: grants.length === 0 ? `No repository was granted to ${team} yet.` : `Repositories of ${team}: ${counts}.`,
    warnings,
    answer: { added, removed, unchanged: unchanged.length },
  };
}

function nextOf(team: string, grants: readonly Grant[]): NextAction[] {
  if (grants.length > 0) return [{ tool: 'mctl_list_repos', arguments: { team }, why: 'see the repositories' }];
  const why = 'get a link for whoever administers a repository; repo is its owner/name';
  return [{ tool: 'mctl_grant_repo_access', arguments: { team, repo: 'OWNER/NAME' }, why }];
}
