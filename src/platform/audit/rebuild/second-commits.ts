import type { CommitHistory, LogEntry } from '../../gitops';
import type { OperationRow } from '../../store';
import { trailerOf } from '../trailers';

/** The second commits on the branch, by the operation they belong to (ADR 14); of several with one id the oldest. */
export async function secondCommits(history: CommitHistory, head: string): Promise<Map<string, LogEntry>> {
  const byStep = await history.trailers('Step', head);
  const found = await history.read(
    [...byStep].flatMap(([step, commits]) => (step === '' ? [] : [...commits].reverse())),
  );
  const seconds = new Map<string, LogEntry>();
  for (const commit of found) {
    const id = trailerOf(commit, 'Operation-Id');
    if (id !== undefined && !seconds.has(id)) seconds.set(id, commit);
  }
  return seconds;
}

/** The row of an operation that went on after its first commit. */
export function continued(row: OperationRow, { sha, subject, committer, trailers }: LogEntry): OperationRow {
  return {
    ...row,
    commit: sha,
    summary: subject,
    plan_digest: trailerOf({ trailers }, 'Plan-Digest') ?? null,
    finished_at: committer.at,
    stage: 'continue',
  };
}
