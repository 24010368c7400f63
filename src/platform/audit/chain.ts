import { digestOf } from '../crypto';
import type { AuditRow } from '../store';

/** Hash of the entry before the first. */
export const GENESIS = '0'.repeat(64);

/** An entry without its place in the chain. */
export type AuditFacts = Omit<AuditRow, 'seq' | 'prev_hash' | 'hash'>;

/** Where the chain ends; `seq` 0 and the genesis hash where it is empty. */
export interface AuditHead {
  readonly seq: number;
  readonly hash: string;
}

export const EMPTY_CHAIN: AuditHead = { seq: 0, hash: GENESIS };

/** The entry that follows `head`. */
export function chained(facts: AuditFacts, head: AuditHead): AuditRow {
  const row = { ...facts, seq: head.seq + 1, prev_hash: head.hash };
  return { ...row, hash: hashOf(row) };
}

/** SHA-256 over the canonical JSON of every column but the hash itself. */
export function hashOf(row: Omit<AuditRow, 'hash'>): string {
  return digestOf(row);
}
