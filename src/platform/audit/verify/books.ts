import { setImmediate as turn } from 'node:timers/promises';
import type { CommitHistory } from '../../gitops';
import type { AuditRow, OperationRow, Store } from '../../store';
import type { Findings } from './findings';

/** Operations, commits or entries that are looked at together. */
export const PAGE = 500;

/** What a verification compares: the store, the branch, and the bounds of both that were fixed when it began. */
export interface Books {
  readonly store: Store;
  readonly history: CommitHistory;
  /** Newest audit entry at the beginning. What was recorded up to it was on the branch before `head` was asked for. */
  readonly lastSeq: number;
  /** The branch; undefined = it has no commit yet. */
  readonly head: string | undefined;
  /** Commits by the Operation-Id they carry, newest first: the whole branch, however short the range is. */
  readonly onBranch: ReadonlyMap<string, readonly string[]>;
  readonly findings: Findings;
}

/** Rows of some operations with their audit entries, oldest first, as they are at one moment. */
export interface Records {
  readonly rows: ReadonlyMap<string, OperationRow>;
  readonly entries: ReadonlyMap<string, readonly AuditRow[]>;
}

/** Reads both in one transaction: what a running server changes in between must not look like a contradiction. */
export async function recordsOf(store: Store, ids: readonly string[]): Promise<Records> {
  if (ids.length === 0) return { rows: new Map(), entries: new Map() };
  return store.transaction(async (transaction) => {
    const rows = await transaction.selectFrom('operations').selectAll().where('id', 'in', ids).execute();
    const entries = await transaction
      .selectFrom('audit')
      .selectAll()
      .where('operation_id', 'in', ids)
      .orderBy('seq')
      .execute();
    return { rows: new Map(rows.map((row) => [row.id, row])), entries: groupByOperation(entries) };
  });
}

function groupByOperation(entries: readonly AuditRow[]): Map<string, AuditRow[]> {
  const groups = new Map<string, AuditRow[]>();
  for (const entry of entries) {
    const group = groups.get(entry.operation_id ?? '');
    if (group) group.push(entry);
    else groups.set(entry.operation_id ?? '', [entry]);
  }
  return groups;
}

/** SQLite answers without leaving the event loop: between two pages everybody else has their turn. */
export async function breathe(): Promise<void> {
  await turn();
}
