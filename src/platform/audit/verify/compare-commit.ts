import { cleanIdentity, type LogEntry } from '../../gitops';
import { authorOf, proseLine, trailersOf } from '../../operations/commit-message';
import { oneLine } from '../../text/one-line';
import type { OperationRow } from '../../store';
import { FROM_GIT } from '../rebuild/from-git';
import { isMiswritten, trailerOf } from '../trailers';

/** Names of what a commit and the row of its operation, which succeeded, do not both say. */
export function differencesOf(commit: LogEntry, row: OperationRow): string[] {
  const expected = Object.entries(expectedOf(row));
  const keys = new Set([...expected.map(([key]) => key), 'Step', 'Reverts', 'Audit-Head']);
  const trailers = [
    ...expected.filter(([key, value]) => differs(commit, row, key, value)).map(([key]) => key),
    ...[...keys].filter((key) => isMiswritten(commit, key)),
  ];
  return [
    ...new Set(trailers),
    ...(hasStep(commit) === (row.stage === 'continue') ? [] : ['Step']),
    ...(commit.sha === row.commit ? [] : ['commit']),
    ...(isSameAuthor(commit, row) ? [] : ['author']),
    ...(reasonOf(commit) === (row.reason ? proseLine(row.reason) : '') ? [] : ['reason']),
  ];
}

function hasStep(commit: LogEntry): boolean {
  return trailerOf(commit, 'Step') !== undefined;
}

function expectedOf(row: OperationRow): Record<string, string> {
  return {
    ...trailersOf(row),
    'Plan-Digest': row.plan_digest ?? '',
    'Idempotency-Key': oneLine(row.idempotency_key ?? ''),
  };
}

/** A row that was made from its commit has filled in what the commit does not say, and left out a key that was used twice. */
function differs(commit: LogEntry, row: OperationRow, key: string, expected: string): boolean {
  const found = trailerOf(commit, key) ?? '';
  if (row.door === FROM_GIT && (found === '' || expected === '')) return false;
  return found !== expected;
}

function isSameAuthor({ author }: LogEntry, row: OperationRow): boolean {
  const { name, email } = cleanIdentity(authorOf(row));
  return author.name === name && author.email === email;
}

/** What stands between subject and trailers, as one line; empty where there is nothing. */
export function reasonOf({ body }: Pick<LogEntry, 'body'>): string {
  const end = body.lastIndexOf('\n\n');
  return end === -1 ? '' : oneLine(body.slice(0, end));
}
