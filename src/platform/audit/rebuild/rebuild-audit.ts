import type { Actor, AuthMethod } from '../../auth/actor';
import { Conflict } from '../../errors';
import type { CommitHistory, LogEntry } from '../../gitops';
import type { OperationRow, StepLogRow, Store, StoreTransaction } from '../../store';
import { plainSteps } from '../../workflows/steps';
import type { Audit, AuditEntry } from '../audit';
import { parseAnchor } from '../audit-head';
import { trailerOf } from '../trailers';
import { FROM_GIT } from './from-git';
import { type RebuildReport, RebuildTally } from './rebuild-report';
import { type OperationKnowledge, restoredRow } from './restored-operation';
import { continued, secondCommits } from './second-commits';

export interface RebuildSources {
  /** Undefined: only look, write nothing. */
  readonly target: { readonly store: Store; readonly audit: Audit } | undefined;
  readonly history: CommitHistory;
  /** Newest commit of the branch; undefined where there is none. */
  readonly head: string | undefined;
  readonly knowledge: OperationKnowledge;
  /** Who rebuilds, for the first entry of the new chain. */
  readonly actor: Actor;
}

/**
 * Makes the books anew from the branch: the row of every operation that has a commit, its steps, and a chain that begins by saying
 * so. One transaction: it happens wholly or not at all.
 */
export async function rebuildAudit(sources: RebuildSources): Promise<RebuildReport> {
  const { target, history, head } = sources;
  const started = performance.now();
  const count = head === undefined ? 0 : (await history.trailers('Operation-Id', head)).size;
  const tally = new RebuildTally();
  if (target && count > 0) {
    await target.store.transaction(async (transaction) => {
      await target.audit.append(transaction, [firstEntry(sources, count)]);
      await restoreAll(sources, tally, (restored) => write(transaction, target.audit, restored, sources.knowledge));
    });
  } else await restoreAll(sources, tally, () => Promise.resolve());
  return tally.report({ head, isDryRun: target === undefined, seconds: (performance.now() - started) / 1000 });
}

/** @throws Conflict where the store holds anything that a rebuild would stand beside. */
export async function mustBeEmpty(store: Store, file: string): Promise<void> {
  const operation = await store.db.selectFrom('operations').select('id').limit(1).executeTakeFirst();
  const entry = await store.db.selectFrom('audit').select('seq').limit(1).executeTakeFirst();
  const head = await store.db.selectFrom('audit_head').select('seq').limit(1).executeTakeFirst();
  if (!operation && !entry && !head) return;
  throw new Conflict(
    `The store ${file} holds operations or audit entries. A rebuild never destroys any, so nothing was done.`,
    {
      code: 'store_not_empty',
      fix: `Move ${file} away, with ${file}-wal if there is one, and keep them: they have what git has not. Then call again.`,
    },
  );
}

function firstEntry({ actor, head }: RebuildSources, count: number): AuditEntry {
  const reason = `${count} ${count === 1 ? 'operation' : 'operations'} restored from git; what came before is in git alone`;
  return { event: 'rebuilt', operation: 'audit-rebuild', risk: 'high', actor, reason, commit: head };
}

/** An operation as its commits tell. */
interface Restored {
  readonly row: OperationRow;
  /** As it was after its first commit, where it has two. */
  readonly first?: OperationRow;
}

/** Oldest first: where two commits carry the same id or key, the first is the one that was answered. */
async function restoreAll(
  { history, head, knowledge }: RebuildSources,
  tally: RebuildTally,
  write: (restored: readonly Restored[]) => Promise<void>,
): Promise<void> {
  if (head === undefined) return;
  const seconds = await secondCommits(history, head);
  for await (const page of history.pages({ to: head })) {
    const ours = page.filter((commit) => isFirstOfOperation(commit, seconds, tally));
    const parts = ours.map((commit) => ({ commit, second: seconds.get(trailerOf(commit, 'Operation-Id') ?? '') }));
    const changes = await history.changes(
      parts.flatMap(({ commit, second }) => [commit.sha, ...(second ? [second.sha] : [])]),
    );
    const restored = parts.map(({ commit, second }): Restored => {
      const all = [commit, second].flatMap((each) => (each && changes.get(each.sha)) ?? []);
      const first = tally.claim(restoredRow(commit, all, knowledge));
      return second ? { row: continued(first, second), first } : { row: first };
    });
    if (restored.length > 0) await write(restored);
  }
}

function isFirstOfOperation(commit: LogEntry, seconds: ReadonlyMap<string, LogEntry>, tally: RebuildTally): boolean {
  const id = trailerOf(commit, 'Operation-Id');
  if (id !== undefined && tally.has(id) && seconds.get(id)?.sha === commit.sha) return false;
  const anchor = parseAnchor(trailerOf(commit, 'Audit-Head') ?? '');
  return tally.count(id, anchor);
}

async function write(
  transaction: StoreTransaction,
  audit: Audit,
  restored: readonly Restored[],
  knowledge: OperationKnowledge,
): Promise<void> {
  const rows = restored.map(({ row }) => row);
  await transaction
    .insertInto('operations')
    .values([...rows])
    .execute();
  await transaction.insertInto('operation_steps').values(rows.flatMap(stepsOf)).execute();
  await transaction.insertInto('step_logs').values(rows.map(logOf)).execute();
  await audit.append(
    transaction,
    restored.flatMap(({ row, first }) => [
      ...(first ? [entryOf(first, knowledge, 'committed')] : []),
      entryOf(row, knowledge, 'succeeded'),
    ]),
  );
}

function stepsOf({ id, commit, started_at, finished_at }: OperationRow) {
  return plainSteps(id).map((step) => ({
    ...step,
    status: 'succeeded' as const,
    commit: step.name === 'push' ? commit : null,
    started_at,
    finished_at,
  }));
}

function logOf({ id, commit, submitted_at, finished_at }: OperationRow): Omit<StepLogRow, 'id'> {
  const line = `the branch has ${commit ?? ''}; restored from it after the store was lost`;
  return { operation_id: id, step: 'push', at: finished_at ?? submitted_at, line };
}

function entryOf(row: OperationRow, knowledge: OperationKnowledge, event: 'committed' | 'succeeded'): AuditEntry {
  return {
    event,
    operation: row.operation,
    risk: knowledge.risk(row.operation),
    actor: {
      login: row.actor,
      method: row.auth_method as AuthMethod,
      isAdmin: false,
      via: { door: FROM_GIT, requestId: row.request_id, client: row.client ?? undefined },
    },
    operationId: row.id,
    workflow: row.workflow,
    team: row.team ?? undefined,
    target: row.target ?? undefined,
    reason: row.reason ?? undefined,
    commit: row.commit ?? undefined,
    planDigest: row.plan_digest ?? undefined,
    at: new Date(row.finished_at ?? row.submitted_at),
  };
}
