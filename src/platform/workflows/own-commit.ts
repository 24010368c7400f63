import { isMiswritten, trailerOf } from '../audit/trailers';
import type { LogEntry } from '../gitops';
import { trailersOf } from '../operations/commit-message';
import type { OperationRow } from '../store';

/** What every commit of an operation says of its call. */
const PROOF = ['Operation-Id', 'Operation', 'Requested-By', 'Request-Id', 'Workflow', 'Step'] as const;

/**
 * Whether a commit is the one that MCTL made for an operation. Anybody who may push can write an Operation-Id: one that does not tell
 * of the same call, and the same step of it, must not end the operation whose change it lacks. Who copies all of it is beyond this; `audit verify` compares more.
 */
export function isOwnCommit(commit: Pick<LogEntry, 'trailers'>, row: OperationRow, step?: string): boolean {
  const expected: Readonly<Record<string, string>> = { ...trailersOf(row), Step: step ?? '' };
  return PROOF.every((key) => !isMiswritten(commit, key) && (trailerOf(commit, key) ?? '') === expected[key]);
}
