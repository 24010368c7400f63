import type { CommitHistory } from '../../gitops';
import type { Store } from '../../store';
import type { Books } from './books';
import { checkChain } from './check-chain';
import { checkCommits } from './check-commits';
import { checkHead, checkTakeover, readTail } from './check-head';
import { checkOperations } from './check-operations';
import { Findings } from './findings';
import { beforeRebuild, readRebuildFacts } from './rebuild-facts';
import { resolveSince } from './since';
import type { Verification } from './verification';

/** Where the books are. */
export interface AuditSources {
  readonly store: Store;
  readonly auditKey: Uint8Array;
  readonly history: CommitHistory;
  /** Asks for the newest commit of the branch; undefined while there is none. */
  head(): Promise<string | undefined>;
}

/**
 * Compares the audit chain, its sealed head, the operations and the branch, each with all others. Changes nothing, and may run beside
 * writers: what it compares was there when it began.
 * @throws InvalidInput where `since` names nothing; Unavailable or Conflict where the branch cannot be read.
 */
export async function verifyAudit(sources: AuditSources, since?: string): Promise<Verification> {
  const started = performance.now();
  const { store, auditKey, history } = sources;
  // In this order: whatever was recorded as done by now is on the branch when it is asked for.
  const tail = await readTail(store);
  const head = await sources.head();
  const start = since === undefined ? undefined : await resolveSince(since, history);
  const onBranch = head === undefined ? new Map<string, string[]>() : await history.trailers('Operation-Id', head);
  const findings = new Findings();
  const books: Books = { store, history, lastSeq: tail.newest.seq, head, onBranch, findings };

  const walked = performance.now();
  const { entries, takenOver } = await checkChain(books, start?.notBefore);
  const walkSeconds = secondsSince(walked);
  const { operations, open } = await checkOperations(books, start?.notBefore);
  const rebuilt = await readRebuildFacts(store);
  const range = head === undefined ? undefined : { to: head, ...(start?.from ? { from: start.from } : start) };
  const { commits, others, anchors, firstAnchor } = await checkCommits(
    books,
    range,
    await beforeRebuild(rebuilt, books),
  );
  const hasAnchors = commits > anchors.none + anchors.before_rebuild;
  checkHead(tail, auditKey, hasAnchors, findings);
  checkTakeover(takenOver, firstAnchor, findings);

  return {
    ok: findings.total === 0,
    checked_at: new Date().toISOString(),
    since: since ?? null,
    head: tail.newest,
    commit: head ?? null,
    entries,
    entries_per_second: Math.round(entries / Math.max(walkSeconds, 0.001)),
    operations,
    open_operations: open,
    commits,
    other_commits: others,
    anchors,
    rebuilt,
    seconds: Math.round(secondsSince(started) * 1000) / 1000,
    findings_total: findings.total,
    findings: findings.kept,
  };
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}
