import type { CommitRange, LogEntry } from '../../gitops';
import type { AuditRow, OperationRow } from '../../store';
import { type Books, breathe, PAGE, recordsOf } from './books';
import { AnchorCheck, type IsBeforeRebuild } from './check-anchors';
import { checkForged, isOfOperation } from './check-forged';
import { differencesOf } from './compare-commit';
import type { Findings } from './findings';
import { firstCommits, isFirst } from './first-commits';
import { trailerOf } from '../trailers';
import type { AnchorCounts } from './verification';

export interface CommitCounts {
  readonly commits: number;
  readonly others: number;
  readonly anchors: AnchorCounts;
  /** Oldest entry that a commit of the present chain names; infinity where none does. */
  readonly firstAnchor: number;
}

/** Every commit of the range that an operation made: the store knows it, tells the same, and still has the entry that it names. */
export async function checkCommits(
  books: Books,
  range: CommitRange | undefined,
  isBeforeRebuild: IsBeforeRebuild,
): Promise<CommitCounts> {
  const counts = { commits: 0, others: 0 };
  await checkDoubles(books);
  if (!range) return { ...counts, anchors: { held: 0, before_rebuild: 0, none: 0 }, firstAnchor: Infinity };
  const anchors = new AnchorCheck(books, range, isBeforeRebuild);
  for await (const page of books.history.pages(range)) {
    const ours = page.filter(isOfOperation);
    const others = page.filter((commit) => !isOfOperation(commit));
    counts.commits += ours.length;
    counts.others += others.length;
    checkForged(others, books.findings);
    await checkAgreement(ours, books);
    await anchors.check(ours);
    await breathe();
  }
  return { ...counts, anchors: anchors.counts, firstAnchor: anchors.first };
}

async function checkDoubles({ store, onBranch, findings }: Books): Promise<void> {
  const several = [...onBranch].filter(([operation, commits]) => operation !== '' && commits.length > 1);
  for (let at = 0; at < several.length; at += PAGE) {
    const page = several.slice(at, at + PAGE);
    const { entries } = await recordsOf(
      store,
      page.map(([operation]) => operation),
    );
    for (const [operation, all] of page) {
      reportDoubles(operation, all, { findings, entries: entries.get(operation) ?? [] });
    }
  }
}

/** The two commits of an operation that has a second one are no doubles. */
function reportDoubles(
  operation: string,
  all: readonly string[],
  { findings, entries }: { findings: Findings; entries: readonly AuditRow[] },
): void {
  const commits = all.filter((sha) => !isFirst(sha, entries));
  if (commits.length > 1) {
    findings.add('commit_doubled', `${commits.length} commits carry Operation-Id ${operation}: ${commits.join(', ')}`, {
      operation,
    });
  }
}

async function checkAgreement(commits: readonly LogEntry[], books: Books): Promise<void> {
  const ids = commits.map((commit) => trailerOf(commit, 'Operation-Id') ?? '');
  const { rows, entries } = await recordsOf(books.store, ids);
  for (const commit of commits) {
    const operation = trailerOf(commit, 'Operation-Id') ?? '';
    const row = rows.get(operation);
    if (row) checkCommit(commit, asOf(commit, row, entries.get(operation) ?? []), books);
    else {
      const what = `commit ${commit.sha} is of operation ${operation}, which the store does not know`;
      books.findings.add('commit_unknown', what, { operation, commit: commit.sha });
    }
  }
}

/** The row as it was when the first of two commits was made. */
function asOf({ sha }: LogEntry, row: OperationRow, entries: readonly AuditRow[]): OperationRow {
  const first = firstCommits(entries).find(({ commit }) => commit === sha);
  return first ? { ...row, commit: sha, plan_digest: first.plan_digest, stage: 'commit', status: 'succeeded' } : row;
}

function checkCommit(commit: LogEntry, row: OperationRow, { onBranch, findings }: Books): void {
  const subject = { operation: row.id, commit: commit.sha };
  // A copy of it is a finding of its own; what has not ended is still being written.
  const isCopy = row.commit !== commit.sha && (onBranch.get(row.id)?.length ?? 0) > 1;
  if (row.status === 'succeeded' && !isCopy) {
    const differences = differencesOf(commit, row);
    if (differences.length > 0) {
      const what = `commit ${commit.sha} and ${row.workflow} differ in ${differences.join(', ')}`;
      findings.add('commit_disagrees', what, subject);
    }
  }
  const reverts = trailerOf(commit, 'Reverts');
  if (reverts !== undefined && !onBranch.has(reverts)) {
    findings.add('reverts_unknown', `commit ${commit.sha} takes back ${reverts}, which is not on the branch`, subject);
  }
}
