import type { CommitRange, LogEntry } from '../../gitops';
import type { OperationRow } from '../../store';
import { type Books, breathe, recordsOf } from './books';
import { AnchorCheck, type IsBeforeRebuild } from './check-anchors';
import { checkForged, isOfOperation } from './check-forged';
import { differencesOf } from './compare-commit';
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
  checkDoubles(books);
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

function checkDoubles({ onBranch, findings }: Books): void {
  for (const [operation, commits] of onBranch) {
    if (operation === '' || commits.length < 2) continue;
    findings.add('commit_doubled', `${commits.length} commits carry Operation-Id ${operation}: ${commits.join(', ')}`, {
      operation,
    });
  }
}

async function checkAgreement(commits: readonly LogEntry[], books: Books): Promise<void> {
  const ids = commits.map((commit) => trailerOf(commit, 'Operation-Id') ?? '');
  const { rows } = await recordsOf(books.store, ids);
  for (const commit of commits) {
    const operation = trailerOf(commit, 'Operation-Id') ?? '';
    const row = rows.get(operation);
    if (row) checkCommit(commit, row, books);
    else {
      const what = `commit ${commit.sha} is of operation ${operation}, which the store does not know`;
      books.findings.add('commit_unknown', what, { operation, commit: commit.sha });
    }
  }
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
