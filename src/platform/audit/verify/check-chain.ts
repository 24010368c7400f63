import type { AuditRow, Store } from '../../store';
import { type Books, breathe, PAGE } from './books';
import { type AuditHead, EMPTY_CHAIN, hashOf } from '../chain';
import type { Findings } from './findings';

/** SQLite keeps 64-bit numbers; nobody has put an entry before the first that this would miss. */
const BEFORE_ALL = Number.MIN_SAFE_INTEGER;

export interface ChainCounts {
  readonly entries: number;
  /** Newest entry that took over a chain without a seal; 0 = none. */
  readonly takenOver: number;
}

/**
 * Walks the chain a page at a time: numbers without gaps, each entry holding the hash of the one before, every hash true.
 */
export async function checkChain(books: Books, since: Date | undefined): Promise<ChainCounts> {
  const { store, findings, lastSeq } = books;
  let last = since ? await entryBefore(store, since) : EMPTY_CHAIN;
  let at = since ? last.seq : BEFORE_ALL;
  let [count, takenOver] = [0, 0];
  for (;;) {
    const page = await readPage(store, at, lastSeq);
    for (const entry of page) {
      checkEntry(entry, last, findings);
      if (entry.event === 'sealed') takenOver = entry.seq;
      last = entry;
    }
    await checkOrphans(store, page, findings);
    const newest = page.at(-1);
    if (!newest) return { entries: count, takenOver };
    at = newest.seq;
    count += page.length;
    await breathe();
  }
}

function readPage(store: Store, after: number, upTo: number): Promise<AuditRow[]> {
  return store.db
    .selectFrom('audit')
    .selectAll()
    .where('seq', '>', after)
    .where('seq', '<=', upTo)
    .orderBy('seq')
    .limit(PAGE)
    .execute();
}

/** The entry before the first one that is not older, taken for what it says. */
async function entryBefore(store: Store, since: Date): Promise<AuditHead> {
  const first = await store.db
    .selectFrom('audit')
    .select((row) => row.fn.min<number | null>('seq').as('seq'))
    .where('at', '>=', since.toISOString())
    .executeTakeFirst();
  const before = await store.db
    .selectFrom('audit')
    .select(['seq', 'hash'])
    .where('seq', '<', first?.seq ?? Number.MAX_SAFE_INTEGER)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return before ?? EMPTY_CHAIN;
}

function checkEntry({ hash, ...row }: AuditRow, last: AuditHead, findings: Findings): void {
  const { seq } = row;
  if (seq > last.seq + 1) {
    const missing = seq === last.seq + 2 ? `entry ${last.seq + 1} is` : `entries ${last.seq + 1} to ${seq - 1} are`;
    findings.add('entry_missing', `${missing} missing before entry ${seq}`, { entry: seq });
  } else if (seq <= last.seq || row.prev_hash !== last.hash) {
    findings.add('entry_misplaced', `entry ${seq} does not follow entry ${last.seq}`, { entry: seq });
  }
  if (hashOf(row) !== hash) {
    findings.add('entry_changed', `entry ${seq} (${row.event}) does not have the hash of what it says`, {
      entry: seq,
      ...(row.operation_id !== null && { operation: row.operation_id }),
    });
  }
}

async function checkOrphans(store: Store, page: readonly AuditRow[], findings: Findings): Promise<void> {
  const ids = [...new Set(page.flatMap(({ operation_id: id }) => (id === null ? [] : [id])))];
  if (ids.length === 0) return;
  const rows = await store.db.selectFrom('operations').select('id').where('id', 'in', ids).execute();
  const known = new Set(rows.map(({ id }) => id));
  for (const { seq, operation_id: id, event } of page) {
    if (id === null || known.has(id)) continue;
    findings.add('record_orphan', `entry ${seq} (${event}) names operation ${id}, which the store does not have`, {
      entry: seq,
      operation: id,
    });
  }
}
