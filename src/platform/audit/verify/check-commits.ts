import type { CommitRange, LogEntry } from '../../gitops';
import type { OperationRow } from '../../store';
import { parseAnchor } from '../audit-head';
import { type Books, breathe, recordsOf } from './books';
import type { AuditHead } from '../chain';
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

/** Whether a commit was there when the store was made anew: the chain that it names went with the old store. */
export type IsBeforeRebuild = (commit: string) => boolean;

/** Every commit of the range that an operation made: the store knows it, tells the same, and still has the entry that it names. */
export async function checkCommits(
  books: Books,
  range: CommitRange | undefined,
  isBeforeRebuild: IsBeforeRebuild,
): Promise<CommitCounts> {
  const counts = { commits: 0, others: 0 };
  const anchors = { held: 0, before_rebuild: 0, none: 0 };
  let firstAnchor = Infinity;
  checkDoubles(books);
  if (!range) return { ...counts, anchors, firstAnchor };
  for await (const page of books.history.pages(range)) {
    const ours = page.filter((commit) => trailerOf(commit, 'Operation-Id') !== undefined);
    counts.commits += ours.length;
    counts.others += page.length - ours.length;
    await checkAgreement(ours, books);
    firstAnchor = Math.min(firstAnchor, ...(await checkAnchors(ours, books, isBeforeRebuild, anchors)));
    await breathe();
  }
  return { ...counts, anchors, firstAnchor };
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

type Counting = { -readonly [Name in keyof AnchorCounts]: number };

/** @returns the entries that they name. */
async function checkAnchors(
  commits: readonly LogEntry[],
  books: Books,
  isBeforeRebuild: IsBeforeRebuild,
  counts: Counting,
): Promise<number[]> {
  const anchored: { commit: LogEntry; anchor: AuditHead | undefined }[] = [];
  for (const commit of commits) {
    const text = trailerOf(commit, 'Audit-Head');
    if (text === undefined) counts.none += 1;
    else if (isBeforeRebuild(commit.sha)) counts.before_rebuild += 1;
    else anchored.push({ commit, anchor: parseAnchor(text) });
  }
  const seqs = anchored.flatMap(({ anchor }) => anchor?.seq ?? []);
  const hashes = await hashesOf(seqs, books);
  for (const { commit, anchor } of anchored) {
    if (anchor && hashes.get(anchor.seq) === anchor.hash) counts.held += 1;
    else reportAnchor(commit, anchor, anchor && hashes.has(anchor.seq), books);
  }
  return seqs;
}

async function hashesOf(seqs: readonly number[], { store }: Books): Promise<Map<number, string>> {
  if (seqs.length === 0) return new Map();
  const rows = await store.db
    .selectFrom('audit')
    .select(['seq', 'hash'])
    .where('seq', 'in', [...new Set(seqs)])
    .execute();
  return new Map(rows.map(({ seq, hash }) => [seq, hash]));
}

function reportAnchor(
  { sha, ...commit }: LogEntry,
  anchor: AuditHead | undefined,
  isThere: boolean | undefined,
  { findings }: Books,
): void {
  const entry = anchor?.seq;
  const what =
    entry === undefined
      ? `commit ${sha} has an Audit-Head that MCTL cannot have written`
      : `commit ${sha} was made on entry ${entry}, which ${isThere ? 'has another hash now' : 'is not there'}`;
  findings.add('anchor_broken', what, { commit: sha, entry, operation: trailerOf(commit, 'Operation-Id') });
}
