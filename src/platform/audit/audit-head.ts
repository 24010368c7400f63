import { createHmac } from 'node:crypto';
import { isSameSecret } from '../crypto';
import type { AuditHeadRow, Database, StoreTransaction } from '../store';
import { type AuditHead, EMPTY_CHAIN } from './chain';

/** Seal of a head that a migration found: whoever appends next sets the first real one. */
const NOT_SEALED_YET = '';
/** What a seal becomes once the head before it did not hold. Nothing makes it whole again: `audit verify` must go on saying so. */
const BROKEN = 'broken';

/** The head of the chain and whether the seal says that nobody else has set it. */
export interface SealedHead {
  readonly head: AuditHead;
  readonly isSealed: boolean;
}

/** A head that a migration found without a seal, to be taken over: the chain says so itself, for verification to judge. */
export interface HeadToFollow extends SealedHead {
  readonly isTakenOver: boolean;
}

/** HMAC-SHA256 in hex over the head, for this one purpose. */
export function sealOf(key: Uint8Array, { seq, hash }: AuditHead): string {
  return createHmac('sha256', key).update(`mctl audit head v1\n${seq}\n${hash}`).digest('hex');
}

export function holds(key: Uint8Array, row: AuditHeadRow): boolean {
  return isSameSecret(sealOf(key, row), row.seal);
}

export function awaitsSeal({ seal }: AuditHeadRow): boolean {
  return seal === NOT_SEALED_YET;
}

export function readHeadRow(db: Database | StoreTransaction): Promise<AuditHeadRow | undefined> {
  return db.selectFrom('audit_head').selectAll().where('id', '=', 1).executeTakeFirst();
}

/** The head that a commit names: everything up to it is fixed by the commit's id from then on. */
export async function readHead(db: Database | StoreTransaction): Promise<AuditHead> {
  const row = await readHeadRow(db);
  return row ? { seq: row.seq, hash: row.hash } : EMPTY_CHAIN;
}

/**
 * Where the next entry goes. It follows the head, not the newest entry there is: where a tail was cut off, the gap stays to be seen.
 * A head that was set by somebody else is gone on from, too, for no write should fail over it, but never sealed.
 */
export async function headToFollow(transaction: StoreTransaction, key: Uint8Array): Promise<HeadToFollow> {
  const row = await readHeadRow(transaction);
  if (row && holds(key, row)) return { head: row, isSealed: true, isTakenOver: false };
  const last = await transaction
    .selectFrom('audit')
    .select(['seq', 'hash'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!row) return { head: last ?? EMPTY_CHAIN, isSealed: last === undefined, isTakenOver: false };
  const isTakenOver = awaitsSeal(row) && last?.seq === row.seq && last.hash === row.hash;
  return { head: row, isSealed: isTakenOver, isTakenOver };
}

export async function writeHead(transaction: StoreTransaction, key: Uint8Array, next: SealedHead): Promise<void> {
  const { seq, hash } = next.head;
  const facts = { seq, hash, seal: next.isSealed ? sealOf(key, { seq, hash }) : BROKEN };
  await transaction
    .insertInto('audit_head')
    .values({ id: 1, ...facts })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(facts))
    .execute();
}

/** Value of the trailer `Audit-Head`. */
export function renderAnchor({ seq, hash }: AuditHead): string {
  return `${seq} ${hash}`;
}

export function parseAnchor(text: string): AuditHead | undefined {
  const [, seq, hash] = /^(\d{1,15}) ([0-9a-f]{64})$/.exec(text) ?? [];
  return seq === undefined || hash === undefined ? undefined : { seq: Number(seq), hash };
}
