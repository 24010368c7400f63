import type { IncidentEventRow, StoreTransaction } from '../platform/store';
import { LIMITS } from './incident';
import type { Evidence } from './report';

export type IncidentEvent = Pick<IncidentEventRow, 'at' | 'event' | 'actor'> &
  Partial<Pick<IncidentEventRow, 'text' | 'operation_id'>>;

/** Writes a line of an incident's timeline; what is older than the newest ones goes, but for the first. */
export async function addEvent(
  transaction: StoreTransaction,
  id: string,
  { at, event, actor, text = null, operation_id = null }: IncidentEvent,
): Promise<void> {
  const seq = await nextSeq(transaction, 'incident_events', id);
  await transaction
    .insertInto('incident_events')
    .values({ incident_id: id, seq, at, event, actor, text, operation_id })
    .execute();
  await dropOldest(transaction, 'incident_events', id, seq - LIMITS.events);
}

/** Keeps what a source says, once: a report that repeats the last words of its kind adds nothing. */
export async function addEvidence(
  transaction: StoreTransaction,
  id: string,
  { evidence, at, source }: { evidence: readonly Evidence[]; at: string; source: string },
): Promise<void> {
  for (const { kind, content } of evidence.slice(-LIMITS.evidences)) {
    const last = await transaction
      .selectFrom('incident_evidence')
      .select('content')
      .where('incident_id', '=', id)
      .where('kind', '=', kind)
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (last?.content === content) continue;
    const seq = await nextSeq(transaction, 'incident_evidence', id);
    await transaction
      .insertInto('incident_evidence')
      .values({ incident_id: id, seq, at, kind, source, content })
      .execute();
    await dropOldest(transaction, 'incident_evidence', id, seq - LIMITS.evidences);
  }
}

type Part = 'incident_events' | 'incident_evidence';

async function nextSeq(transaction: StoreTransaction, part: Part, id: string): Promise<number> {
  const last = await transaction
    .selectFrom(part)
    .select('seq')
    .where('incident_id', '=', id)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return (last?.seq ?? 0) + 1;
}

/** The first says how it began. */
async function dropOldest(transaction: StoreTransaction, part: Part, id: string, upTo: number): Promise<void> {
  if (upTo < 1) return;
  await transaction
    .deleteFrom(part)
    .where('incident_id', '=', id)
    .where('seq', '>', 1)
    .where('seq', '<=', upTo + 1)
    .execute();
}
