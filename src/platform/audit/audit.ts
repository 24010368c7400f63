import { Inject, Injectable } from '@nestjs/common';
import { Unavailable } from '../errors';
import type { Actor } from '../auth/actor';
import { digestOf } from '../crypto';
import { oneLine } from '../text/one-line';
import { type AuditRow, Store, type StoreTransaction } from '../store';

/**
 * `submitted`: accepted, and its intent is in the same transaction. `succeeded`, `failed`: how it ended. `planned`: only a plan was
 * answered (dry run, or a confirmation is due). `refused`: nothing happened; the code says why.
 */
export type AuditEvent = 'submitted' | 'succeeded' | 'failed' | 'planned' | 'refused';

export interface AuditEntry {
  readonly event: AuditEvent;
  readonly operation: string;
  readonly risk: string;
  readonly actor: Actor;
  readonly operationId?: string;
  readonly workflow?: string;
  readonly team?: string;
  readonly target?: string;
  readonly reason?: string;
  readonly code?: string;
  readonly commit?: string;
  readonly planDigest?: string;
}

/** Hash of the entry before the first. */
const GENESIS = '0'.repeat(64);

/**
 * The audit trail: append only, each entry holding the hash of the one before, a closed list of fields, no arguments.
 * Git has the accepted writes too; this has the refused ones, and the order of all.
 */
@Injectable()
export class Audit {
  constructor(@Inject(Store) private readonly store: Store) {}

  /** @throws Unavailable where it cannot be written; the caller must then not go on. */
  async record(entry: AuditEntry): Promise<void> {
    try {
      await this.store.transaction((transaction) => this.append(transaction, [entry]));
    } catch (cause) {
      throw new Unavailable('The audit trail cannot be written, so nothing was done.', {
        code: 'audit_unavailable',
        fix: 'Check free space and permissions of the data folder.',
        cause,
      });
    }
  }

  /** Appends inside the transaction that does what is recorded: both happen or neither. */
  async append(transaction: StoreTransaction, entries: readonly AuditEntry[]): Promise<void> {
    let last = await transaction
      .selectFrom('audit')
      .select(['seq', 'hash'])
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst();
    const rows: AuditRow[] = [];
    for (const entry of entries) {
      const row = seal(rowOf(entry), (last?.seq ?? 0) + 1, last?.hash ?? GENESIS);
      rows.push(row);
      last = row;
    }
    if (rows.length > 0) await transaction.insertInto('audit').values(rows).execute();
  }
}

type AuditFacts = Omit<AuditRow, 'seq' | 'prev_hash' | 'hash'>;

function seal(facts: AuditFacts, seq: number, previous: string): AuditRow {
  const row = { ...facts, seq, prev_hash: previous };
  return { ...row, hash: hashOf(row) };
}

/** SHA-256 over the canonical JSON of every column but the hash itself. */
export function hashOf(row: Omit<AuditRow, 'hash'>): string {
  return digestOf(row);
}

/** As the store will give it back: text that no column can hold would break the chain without anybody having touched it. */
function rowOf({ actor, ...entry }: AuditEntry): AuditFacts {
  return printable({
    at: new Date().toISOString(),
    event: entry.event,
    operation: entry.operation,
    operation_id: entry.operationId ?? null,
    workflow: entry.workflow ?? null,
    team: entry.team ?? null,
    target: entry.target ?? null,
    actor: actor.login,
    auth_method: actor.method,
    client: actor.via.client ?? null,
    door: actor.via.door,
    request_id: actor.via.requestId,
    risk: entry.risk,
    reason: entry.reason ?? null,
    code: entry.code ?? null,
    commit: entry.commit ?? null,
    plan_digest: entry.planDigest ?? null,
  });
}

function printable(facts: AuditFacts): AuditFacts {
  const cells = Object.entries(facts).map(([name, value]) => [name, value === null ? null : oneLine(value)]);
  return Object.fromEntries(cells) as AuditFacts;
}
