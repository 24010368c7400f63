import { Inject, Injectable } from '@nestjs/common';
import type { Actor } from '../auth/actor';
import type { Config } from '../config';
import {
  isOfFormerTeam,
  type OperationRow,
  type OperationStatus,
  type Stage,
  Store,
  type StepLogRow,
  type StepRow,
  type StoreTransaction,
  type RowExpression,
} from '../store';
import type { PlannedChange, NextAction, Warning } from './plan';

/** What the row keeps of the latest plan, in the form the answer shows it. */
export interface StoredAnswer {
  readonly changes: readonly PlannedChange[];
  readonly warnings: readonly Warning[];
  readonly next_actions: readonly NextAction[];
  readonly extra: Readonly<Record<string, unknown>>;
}

export interface WorkflowFilter {
  /** Teams whose rows may be seen; undefined = all, rows without a team included. */
  readonly teams?: readonly string[];
  /** Whose own rows may be seen whatever their team, e.g. one that is just being created. */
  readonly self?: string;
  /** Also what happened to deleted teams of the same names. */
  readonly formerTeams: boolean;
  readonly statuses?: readonly OperationStatus[];
  readonly before?: string;
  readonly limit: number;
}

export const OPEN: readonly OperationStatus[] = ['submitted', 'running'];
/** What waits for its commit takes part in the order of commits; what waits for a task does not. */
const COMMITTING: readonly Stage[] = ['commit', 'continue'];
/** Over how long tasks for which nobody waits are spread after a start, and how far apart they are at most. */
const SPREAD_MS = 10_000;
const LONGEST_GAP_MS = 100;

/** Rows of operations, their steps and their logs. Final rows never change again: every update says so in its condition. */
@Injectable()
export class OperationStore {
  constructor(@Inject(Store) private readonly store: Store) {}

  async insert(transaction: StoreTransaction, row: OperationRow, steps: readonly StepRow[]): Promise<void> {
    await transaction.insertInto('operations').values(row).execute();
    await transaction
      .insertInto('operation_steps')
      .values([...steps])
      .execute();
  }

  findByKey(actor: string, key: string): Promise<OperationRow | undefined> {
    return this.store.db
      .selectFrom('operations')
      .selectAll()
      .where('actor', '=', actor)
      .where('idempotency_key', '=', key)
      .executeTakeFirst();
  }

  findByWorkflow(workflow: string): Promise<OperationRow | undefined> {
    return this.store.db.selectFrom('operations').selectAll().where('workflow', '=', workflow).executeTakeFirst();
  }

  find(id: string): Promise<OperationRow | undefined> {
    return this.store.db.selectFrom('operations').selectAll().where('id', '=', id).executeTakeFirst();
  }

  get(id: string): Promise<OperationRow> {
    return this.store.db.selectFrom('operations').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  }

  /**
   * Oldest first: operations whose commit is due, for the first time or again after an interruption. Not those behind an earlier one on the same object
   * that still waits: the tag that was asked for last must be the one that stays.
   */
  due(now: Date, limit: number): Promise<OperationRow[]> {
    return this.store.db
      .selectFrom('operations')
      .selectAll()
      .where('status', 'in', OPEN)
      .where('stage', 'in', COMMITTING)
      .where('next_run_at', '<=', now.toISOString())
      .where((row) => row.not(row.exists(waitingBefore(row, now))))
      .orderBy('id')
      .limit(limit)
      .execute();
  }

  async nextDueAt(now: Date): Promise<Date | undefined> {
    const row = await this.store.db
      .selectFrom('operations')
      .select('next_run_at')
      .where('status', 'in', OPEN)
      .where('stage', 'in', COMMITTING)
      .where((each) => each.not(each.exists(waitingBefore(each, now))))
      .orderBy('next_run_at')
      .limit(1)
      .executeTakeFirst();
    return row && new Date(row.next_run_at);
  }

  /**
   * What waits is tried again now; a clock that was set back would otherwise keep it waiting for the difference. Tasks for which no
   * caller waits follow one another over some seconds: a thousand domains must not ask DNS at once.
   */
  async endWaiting(now: Date): Promise<void> {
    await this.store.transaction(async (transaction) => {
      const patient = await transaction
        .selectFrom('operations')
        .select('id')
        .where('status', 'in', OPEN)
        .where('stage', '=', 'await')
        .orderBy('id')
        .execute();
      const pause = Math.min(SPREAD_MS / patient.length, LONGEST_GAP_MS);
      await transaction
        .updateTable('operations')
        .set({ next_run_at: now.toISOString() })
        .where('status', 'in', OPEN)
        .where('stage', '!=', 'await')
        .execute();
      for (const [index, { id }] of patient.entries()) {
        const next_run_at = new Date(now.getTime() + index * pause).toISOString();
        await transaction.updateTable('operations').set({ next_run_at }).where('id', '=', id).execute();
      }
    });
  }

  /** @returns whether its status was one of these; otherwise it stays as it is. */
  async update(
    transaction: StoreTransaction,
    id: string,
    change: Partial<OperationRow>,
    statuses: readonly OperationStatus[] = OPEN,
  ): Promise<boolean> {
    const { numUpdatedRows } = await transaction
      .updateTable('operations')
      .set(change)
      .where('id', '=', id)
      .where('status', 'in', statuses)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  async updateStep(transaction: StoreTransaction, id: string, name: string, change: Partial<StepRow>): Promise<void> {
    await transaction
      .updateTable('operation_steps')
      .set(change)
      .where('operation_id', '=', id)
      .where('name', '=', name)
      .execute();
  }

  /**
   * A commit's steps begin anew, the first of them now. Later steps keep the start they once had: it tells that a push may have gone
   * out.
   */
  async restartSteps(transaction: StoreTransaction, id: string, names: readonly string[], at: string): Promise<void> {
    await transaction
      .updateTable('operation_steps')
      .set({ status: 'pending', message: null, finished_at: null })
      .where('operation_id', '=', id)
      .where('name', 'in', [...names])
      .execute();
    await this.updateStep(transaction, id, names[0] ?? '', { status: 'running', started_at: at });
  }

  async log(transaction: StoreTransaction, lines: readonly Omit<StepLogRow, 'id'>[]): Promise<void> {
    if (lines.length > 0) {
      await transaction
        .insertInto('step_logs')
        .values([...lines])
        .execute();
    }
  }

  steps(id: string): Promise<StepRow[]> {
    return this.store.db
      .selectFrom('operation_steps')
      .selectAll()
      .where('operation_id', '=', id)
      .orderBy('position')
      .execute();
  }

  /** The newest lines of one step, in the order they were written. */
  async logs(id: string, step: string, limit: number): Promise<StepLogRow[]> {
    const rows = await this.store.db
      .selectFrom('step_logs')
      .selectAll()
      .where('operation_id', '=', id)
      .where('step', '=', step)
      .orderBy('id', 'desc')
      .limit(limit)
      .execute();
    return rows.reverse() as unknown as StepLogRow[];
  }

  /** Newest first. */
  list({ teams, self, formerTeams, statuses, before, limit }: WorkflowFilter): Promise<OperationRow[]> {
    let query = this.store.db.selectFrom('operations').selectAll().orderBy('id', 'desc').limit(limit);
    if (teams) {
      query = query.where((row) =>
        row.or([...(teams.length > 0 ? [row('team', 'in', [...teams])] : []), row('actor', '=', self ?? '')]),
      );
    }
    if (!formerTeams) {
      query = query.where((row) =>
        row.or([row.not(isOfFormerTeam('operations.team', 'operations.id')), row('actor', '=', self ?? '')]),
      );
    }
    if (statuses) query = query.where('status', 'in', [...statuses]);
    if (before) query = query.where('id', '<', before);
    return query.execute();
  }

  /** Whether the operation belongs to a team of this name that was deleted since. */
  async isOfFormerTeam({ id, team }: OperationRow): Promise<boolean> {
    const deletion = await this.store.db
      .selectFrom('operations')
      .select('id')
      .where('team', '=', team)
      .where('operation', '=', 'delete-tenant')
      .where('status', '=', 'succeeded')
      .where('id', '>=', id)
      .limit(1)
      .executeTakeFirst();
    return deletion !== undefined;
  }

  /** Operations of one kind and team that have not ended, oldest first; as a transaction sees them where there is one. */
  open(operation: string, team: string, transaction?: StoreTransaction): Promise<OperationRow[]> {
    return (transaction ?? this.store.db)
      .selectFrom('operations')
      .selectAll()
      .where('operation', '=', operation)
      .where('team', '=', team)
      .where('status', 'in', OPEN)
      .orderBy('id')
      .execute();
  }

  /** The newest operation on one object. */
  lastOn(target: string): Promise<OperationRow | undefined> {
    return this.store.db
      .selectFrom('operations')
      .selectAll()
      .where('target', '=', target)
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
  }

  /** Steps done and steps there are, for progress `n/m`. */
  async progress(ids: readonly string[]): Promise<Map<string, string>> {
    if (ids.length === 0) return new Map();
    const rows = await this.store.db
      .selectFrom('operation_steps')
      .select(['operation_id', 'status'])
      .where('operation_id', 'in', [...ids])
      .execute();
    const steps = groupById(rows);
    return new Map(
      [...steps].map(([id, all]) => [id, `${all.filter(({ status }) => status === 'succeeded').length}/${all.length}`]),
    );
  }
}

/** An earlier operation on the same target, or where one of the two is about the whole team, whose time has not come (as in `Turns`). */
function waitingBefore(row: RowExpression<'operations'>, now: Date) {
  return row
    .selectFrom('operations as earlier')
    .select('earlier.id')
    .whereRef('earlier.id', '<', 'operations.id')
    .where('earlier.status', 'in', OPEN)
    .where('earlier.stage', 'in', COMMITTING)
    .where('earlier.next_run_at', '>', now.toISOString())
    .where((pair) =>
      pair.or([
        pair('earlier.target', '=', pair.ref('operations.target')),
        pair.and([
          pair('earlier.team', '=', pair.ref('operations.team')),
          pair.or([
            pair('earlier.target', '=', pair.ref('operations.team')),
            pair('operations.target', '=', pair.ref('earlier.team')),
          ]),
        ]),
      ]),
    );
}

function groupById<T extends { operation_id: string }>(rows: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(row.operation_id, [...(groups.get(row.operation_id) ?? []), row]);
  return groups;
}

/** What the last task of an operation came to; undefined without one. */
export function resultOf({ task_result: result }: Pick<OperationRow, 'task_result'>): unknown {
  return result === null ? undefined : (JSON.parse(result) as unknown);
}

/** Of a CI job whose rule has gone from the settings since: no team has this name. */
const NO_ROLE = { team: '', role: 'viewer' } as const;

/**
 * The caller as the row remembers them, to plan and to audit in their name later. Their teams are those of the call: what a team may is
 * read anew, whether they are still in it is not, for their token is not kept.
 */
export function callerOf(row: OperationRow, config: Config): Actor {
  return {
    login: row.actor,
    email: row.actor_email ?? undefined,
    method: row.auth_method as Actor['method'],
    isAdmin: row.auth_method === 'system' || config.isAdmin(row.actor),
    ...(row.auth_method === 'ci' && { assigned: config.assignedRole(row.actor) ?? NO_ROLE }),
    ...(row.actor_teams !== null && { teams: JSON.parse(row.actor_teams) as string[] }),
    via: { door: row.door as Actor['via']['door'], requestId: row.request_id, client: row.client ?? undefined },
  };
}
