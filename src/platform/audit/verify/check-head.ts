import type { AuditHeadRow, Store } from '../../store';
import { awaitsSeal, holds, readHeadRow } from '../audit-head';
import { type AuditHead, EMPTY_CHAIN } from '../chain';
import type { Findings } from './findings';

/** The head and the newest entry, as they were together. */
export interface Tail {
  readonly row: AuditHeadRow | undefined;
  readonly newest: AuditHead;
}

export function readTail(store: Store): Promise<Tail> {
  return store.transaction(async (transaction) => {
    const newest = await transaction
      .selectFrom('audit')
      .select(['seq', 'hash'])
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst();
    return { row: await readHeadRow(transaction), newest: newest ?? EMPTY_CHAIN };
  });
}

/**
 * The sealed head must be the newest entry. One that an upgrade left without a seal passes while no commit has named an entry yet:
 * every write since then would have sealed it.
 */
export function checkHead({ row, newest }: Tail, key: Uint8Array, hasAnchors: boolean, findings: Findings): void {
  const entry = newest.seq;
  if (!row) {
    if (entry > 0 || hasAnchors) findings.add('head_missing', 'the audit trail has no head', { entry });
    return;
  }
  const isTrusted = holds(key, row) || (awaitsSeal(row) && !hasAnchors);
  if (!isTrusted) findings.add('head_unsealed', `the seal of head ${row.seq} does not hold`, { entry: row.seq });
  if (newest.seq < row.seq) {
    findings.add('tail_missing', `the newest entry is ${newest.seq}, the head says ${row.seq}`, { entry: row.seq });
  } else if (newest.seq > row.seq) {
    findings.add('tail_added', `the newest entry is ${newest.seq}, the head says ${row.seq}`, { entry });
  } else if (newest.hash !== row.hash) {
    findings.add('entry_changed', `entry ${entry} does not have the hash that the head says`, { entry });
  }
}

/** A chain is taken over once, before any commit names an entry. Later it can only be a seal that somebody took away. */
export function checkTakeover(takenOver: number, firstAnchor: number, findings: Findings): void {
  if (takenOver <= firstAnchor) return;
  const what = `entry ${takenOver} took over a trail without a seal, though a commit had named entry ${firstAnchor} before`;
  findings.add('head_unsealed', what, { entry: takenOver });
}
