import type { LogEntry } from '../../gitops';
import { lookalikesOf, trailerOf } from '../trailers';
import type { Findings } from './findings';

/** Each set is the mark of an operation: no other program writes all of it. */
const MARKS = [['Operation-Id'], ['Audit-Head'], ['Workflow', 'Request-Id']] as const;

/** Whether MCTL made a commit for an operation, as far as its trailers tell. */
export function isOfOperation(commit: Pick<LogEntry, 'trailers'>): boolean {
  return trailerOf(commit, 'Operation-Id') !== undefined;
}

/** Commits of no operation must not look like ones of an operation, in whatever spelling: git and people read past it. */
export function checkForged(others: readonly LogEntry[], findings: Findings): void {
  for (const commit of others) {
    const found = MARKS.filter((keys) => keys.every((key) => lookalikesOf(commit, key).length > 0)).flat();
    if (found.length === 0) continue;
    const what = `commit ${commit.sha} is of no operation and carries ${found.join(', ')}, in this spelling or another`;
    const [, operation] = lookalikesOf(commit, 'Operation-Id').find(([, value]) => value !== '') ?? [];
    findings.add('commit_forged', what, { commit: commit.sha, operation });
  }
}
