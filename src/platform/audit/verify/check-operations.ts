import { oneLine } from '../../text/one-line';
import type { AuditRow, OperationRow, Store } from '../../store';
import { firstCommits, isFirst } from './first-commits';
import { type Books, breathe, PAGE, recordsOf } from './books';
import { FROM_GIT } from '../rebuild/from-git';

export interface OperationCounts {
  readonly operations: number;
  readonly open: number;
}

/** What row and entry both say, by the name that both have for it. */
const SHARED = [
  'operation',
  'workflow',
  'team',
  'target',
  'actor',
  'auth_method',
  'client',
  'door',
  'request_id',
  'reason',
] as const;

/** Every operation of the store: its audit entries fit its state and its facts, its commit is where it should be. */
export async function checkOperations(books: Books, since: Date | undefined): Promise<OperationCounts> {
  let [at, operations, open] = ['', 0, 0];
  for (;;) {
    const ids = await nextIds(books.store, at, since);
    const { rows, entries } = await recordsOf(books.store, ids);
    for (const row of rows.values()) {
      checkOperation(row, entries.get(row.id) ?? [], books);
      if (isOpen(row)) open += 1;
    }
    const last = ids.at(-1);
    if (last === undefined) return { operations, open };
    at = last;
    operations += rows.size;
    await breathe();
  }
}

async function nextIds(store: Store, after: string, since: Date | undefined): Promise<string[]> {
  const rows = await store.db
    .selectFrom('operations')
    .select('id')
    .where('id', '>', after)
    .$if(since !== undefined, (query) => query.where('submitted_at', '>=', since?.toISOString() ?? ''))
    .orderBy('id')
    .limit(PAGE)
    .execute();
  return rows.map(({ id }) => id);
}

function checkOperation(row: OperationRow, entries: readonly AuditRow[], books: Books): void {
  checkEvents(row, entries, books);
  for (const entry of entries) checkFacts(row, entry, books);
  const ending = entries.find(({ event }) => event === row.status);
  if (row.status === 'succeeded') checkCommit(row, ending, books);
  for (const { commit } of firstCommits(entries)) checkFirst(row, commit, books);
  const others = (books.onBranch.get(row.id) ?? []).filter((sha) => !isFirst(sha, entries));
  if (row.status === 'failed' && others.length > 0) {
    const [commit = ''] = others;
    books.findings.add('commit_of_failed', `${row.workflow} failed, and is on the branch as ${commit}`, {
      operation: row.id,
      commit,
    });
  }
}

function checkFirst(row: OperationRow, commit: string | null, { onBranch, findings }: Books): void {
  if (commit !== null && onBranch.get(row.id)?.includes(commit)) return;
  const what = `${row.workflow} has committed ${commit ?? 'nothing'} first, which is not on the branch as its commit`;
  findings.add('commit_missing', what, { operation: row.id, ...(commit !== null && { commit }) });
}

function checkEvents(row: OperationRow, entries: readonly AuditRow[], { findings }: Books): void {
  const begin = row.door === FROM_GIT ? [] : ['submitted'];
  // An operation with a second commit says so of its first one (ADR 14).
  const first = entries.some(({ event }) => event === 'committed') ? ['committed'] : [];
  const expected = [...begin, ...first, ...(isOpen(row) ? [] : [row.status])].join(', ');
  const found = entries.map(({ event }) => event).join(', ');
  if (found === expected) return;
  findings.add(
    'record_incomplete',
    `${row.workflow} is ${row.status}; its audit entries are ${found || 'none'} instead of ${expected}`,
    { operation: row.id },
  );
}

function checkFacts(row: OperationRow, entry: AuditRow, { findings }: Books): void {
  const differing = SHARED.filter((name) => oneLine(row[name] ?? '') !== (entry[name] ?? ''));
  const names: string[] = [...differing];
  if (entry.event === 'succeeded' && row.commit !== entry.commit) names.push('commit');
  if (entry.event === 'succeeded' && row.plan_digest !== entry.plan_digest) names.push('plan_digest');
  if (names.length === 0) return;
  findings.add('record_disagrees', `entry ${entry.seq} and ${row.workflow} differ in ${names.join(', ')}`, {
    entry: entry.seq,
    operation: row.id,
    ...(entry.commit !== null && { commit: entry.commit }),
  });
}

/** What ended after the bounds of this verification were fixed may have a commit after the branch's bound. */
function checkCommit(row: OperationRow, ending: AuditRow | undefined, { onBranch, lastSeq, findings }: Books): void {
  if (ending && ending.seq > lastSeq) return;
  if (row.commit !== null && onBranch.get(row.id)?.includes(row.commit)) return;
  findings.add(
    'commit_missing',
    `${row.workflow} succeeded as ${row.commit ?? 'no commit'}, which is not on the branch as its commit`,
    {
      operation: row.id,
      ...(ending && { entry: ending.seq }),
      ...(row.commit !== null && { commit: row.commit }),
    },
  );
}

function isOpen({ status }: OperationRow): boolean {
  return status === 'submitted' || status === 'running';
}
