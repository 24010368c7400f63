import { Inject, Injectable } from '@nestjs/common';
import { Unavailable } from '../errors';
import type { Actor } from '../auth/actor';
import { ulid } from '../crypto';
import { Keys } from '../keys';
import { oneLine } from '../text/one-line';
import { type AuditRow, Store, type StoreTransaction } from '../store';
import { headToFollow, writeHead } from './audit-head';
import { type AuditFacts, type AuditHead, chained } from './chain';

/**
 * `submitted`: accepted, and its intent is in the same transaction. `committed`: its first commit is on the branch, and a second one is
 * to come. `succeeded`, `failed`: how it ended. `planned`: only a plan was
 * answered (dry run, or a confirmation is due). `refused`: nothing happened; the code says why. `recorded`: a row of a feature was
 * written that is no desired state, so that no commit tells of it. `rebuilt`: the first entry of a store that was made anew from git.
 * `sealed`: a chain of a version without seals was taken over. `secret_stored`: a person entered values of secrets; names and versions
 * are its reason. `secret_read`: the operator had values printed. `agreed`: a person whom another service vouches for agreed to what an
 * operation had asked for. `connected`, `disconnected`: a person let an application in, for the scopes in its reason, or out.
 */
export type AuditEvent =
  | 'submitted'
  | 'committed'
  | 'succeeded'
  | 'failed'
  | 'planned'
  | 'refused'
  | 'recorded'
  | 'rebuilt'
  | 'sealed'
  | 'secret_stored'
  | 'secret_read'
  | 'agreed'
  | 'connected'
  | 'disconnected';

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
  /** When it happened, where that is not now: what is restored from git happened long ago. */
  readonly at?: Date;
}

/**
 * The audit trail: append only, each entry holding the hash of the one before, a closed list of fields, no arguments.
 * Git has the accepted writes too; this has the refused ones, and the order of all. The newest entry is held by a seal (see
 * `audit-head`), and every commit names the one that was newest when it was drafted.
 */
@Injectable()
export class Audit {
  constructor(
    @Inject(Store) private readonly store: Store,
    @Inject(Keys) private readonly keys: Keys,
  ) {}

  /** @throws Unavailable where it cannot be written; the caller must then not go on. */
  async record(entry: AuditEntry): Promise<void> {
    try {
      await this.store.transaction((transaction) => this.append(transaction, [entry]));
    } catch (cause) {
      throw new Unavailable('The audit trail cannot be written, so nothing was done.', {
        code: 'audit_unavailable',
        fix: (cause instanceof Unavailable && cause.details.fix) || 'The log of MCTL has the reason.',
        cause,
      });
    }
  }

  /** Appends inside the transaction that does what is recorded: both happen or neither. */
  async append(transaction: StoreTransaction, entries: readonly AuditEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const { auditKey } = this.keys;
    const { head, isSealed, isTakenOver } = await headToFollow(transaction, auditKey);
    let last = head;
    const rows = [...(isTakenOver ? [takeover(head)] : []), ...entries].map((entry): AuditRow => {
      const row = chained(rowOf(entry), last);
      last = row;
      return row;
    });
    await transaction.insertInto('audit').values(rows).execute();
    await writeHead(transaction, auditKey, { head: last, isSealed });
  }
}

/** An older version kept no seal. That one was missing is for ever in the chain: it may be so once, before any commit named an entry. */
function takeover({ seq }: AuditHead): AuditEntry {
  const actor: Actor = { login: 'mctl', method: 'system', isAdmin: false, via: { door: 'system', requestId: ulid() } };
  const reason = `entries up to ${seq} had no seal yet`;
  return { event: 'sealed', operation: 'audit-seal', risk: 'low', actor, reason };
}

/** As the store will give it back: text that no column can hold would break the chain without anybody having touched it. */
function rowOf({ actor, at = new Date(), ...entry }: AuditEntry): AuditFacts {
  return printable({
    at: at.toISOString(),
    event: entry.event,
    operation: entry.operation,
    operation_id: entry.operationId,
    workflow: entry.workflow,
    team: entry.team,
    target: entry.target,
    actor: actor.login,
    auth_method: actor.method,
    client: actor.via.client,
    door: actor.via.door,
    request_id: actor.via.requestId,
    risk: entry.risk,
    reason: entry.reason,
    code: entry.code,
    commit: entry.commit,
    plan_digest: entry.planDigest,
  });
}

function printable(facts: Record<keyof AuditFacts, string | undefined>): AuditFacts {
  const cells = Object.entries(facts).map(([name, value]) => [name, value === undefined ? null : oneLine(value)]);
  return Object.fromEntries(cells) as AuditFacts;
}
