import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashOf } from '../../src/platform/audit/chain';
import type { Verification } from '../../src/platform/audit/verify/verification';
import { verifyAudit } from '../../src/platform/audit/verify/verify-audit';
import { CommitHistory } from '../../src/platform/gitops';
import { ObjectReader } from '../../src/platform/gitops/git';
import { Keys } from '../../src/platform/keys';
import { type AuditRow, type OperationRow, Store } from '../../src/platform/store';
import { commitsOf, type PlainCommit, trailer } from './plain-git';

/** What a data folder and a repository remember of the same writes. The program must not run: it alone opens the store. */
export interface Ledger {
  readonly operations: readonly OperationRow[];
  readonly audit: readonly AuditRow[];
  readonly commits: readonly PlainCommit[];
  /** What `mctl audit verify` says of them, by its own code. */
  readonly verification: Verification;
}

export async function readLedger(dataDir: string, repository: string): Promise<Ledger> {
  const copy = copyOfStore(dataDir);
  try {
    return await ledgerOf(await Store.open(copy), dataDir, repository);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Of the store that replicas share; they may run. `dataDir` has their key. */
export async function readSharedLedger(url: string, dataDir: string, repository: string): Promise<Ledger> {
  const store = await Store.open(dataDir, { url, connections: 2, name: 'ledger' });
  try {
    return await ledgerOf(store, dataDir, repository);
  } finally {
    await store.close();
  }
}

async function ledgerOf(store: Store, dataDir: string, repository: string): Promise<Ledger> {
  const { db } = store;
  const operations = await db.selectFrom('operations').selectAll().orderBy('id').execute();
  const audit = await db.selectFrom('audit').selectAll().orderBy('seq').execute();
  const verification = await verify(store, dataDir, repository);
  return { operations, audit, commits: await commitsOf(repository), verification };
}

async function verify(store: Store, dataDir: string, repository: string): Promise<Verification> {
  const reader = new ObjectReader(repository);
  try {
    return await verifyAudit({
      store,
      auditKey: Keys.open(dataDir).auditKey,
      history: new CommitHistory(reader),
      head: () => reader.resolve('refs/heads/main'),
    });
  } finally {
    await reader.close();
  }
}

/** libsql keeps the lock of a closed database until its statements are collected: the program could not start meanwhile. */
function copyOfStore(dataDir: string): string {
  const copy = mkdtempSync(join(tmpdir(), 'mctl-ledger-'));
  const files = readdirSync(dataDir).filter((name) => name.startsWith('mctl.db'));
  for (const name of files) cpSync(join(dataDir, name), join(copy, name));
  return copy;
}

/** Everything that is wrong with it, one line each; empty = nothing lost, nothing doubled, every entry true. */
export function faultsOf(ledger: Ledger): string[] {
  return [
    ...faultsOfChain(ledger.audit),
    ...faultsOfBranch(ledger),
    ...faultsOfOperations(ledger),
    ...ledger.verification.findings.map(({ code, what }) => `verification: ${code}: ${what}`),
  ];
}

/** As `faultsOf`, and nothing is left to be done. */
export function faultsAtRest(ledger: Ledger): string[] {
  const open = ledger.operations.filter(({ status }) => status !== 'succeeded' && status !== 'failed');
  return [...open.map(({ workflow, status }) => `${workflow} is still ${status}`), ...faultsOf(ledger)];
}

function faultsOfChain(audit: readonly AuditRow[]): string[] {
  return audit.flatMap(({ hash, ...row }, index) => {
    const before = audit[index - 1];
    const faults: string[] = [];
    if (row.seq !== index + 1) faults.push(`entry ${row.seq} stands at ${index + 1}`);
    if (row.prev_hash !== (before?.hash ?? '0'.repeat(64))) {
      faults.push(`entry ${row.seq} does not follow the one before`);
    }
    if (hashOf(row) !== hash) faults.push(`entry ${row.seq} was changed`);
    return faults;
  });
}

function faultsOfBranch({ commits }: Ledger): string[] {
  const merges = commits.filter(({ parents }) => parents.length > 1);
  const ids = commits.flatMap((commit) => trailer(commit, 'Operation-Id') ?? []);
  const doubled = ids.filter((id, index) => ids.indexOf(id) !== index);
  return [...merges.map(({ sha }) => `${sha} is a merge`), ...doubled.map((id) => `${id} has two commits`)];
}

function faultsOfOperations({ operations, audit, commits }: Ledger): string[] {
  const byId = new Map(commits.map((commit) => [trailer(commit, 'Operation-Id'), commit]));
  const known = new Set(operations.map(({ id }) => id));
  const strangers = [...byId.keys()].filter((id) => id !== undefined && !known.has(id));
  return [
    ...strangers.map((id) => `commit of ${id}, which the store does not know`),
    ...operations.flatMap((row) => [
      ...faultsOfCommit(row, byId.get(row.id)),
      ...faultsOfEntries(
        row,
        audit.filter((entry) => entry.operation_id === row.id),
      ),
    ]),
  ];
}

function faultsOfCommit(row: OperationRow, commit: PlainCommit | undefined): string[] {
  const faults: string[] = [];
  if (row.status === 'succeeded' && row.commit !== commit?.sha) {
    faults.push(`${row.id} names ${row.commit}, the branch ${commit?.sha}`);
  }
  if (row.status === 'failed' && commit) faults.push(`${row.id} failed, and is on the branch as ${commit.sha}`);
  if (row.status === 'succeeded' && commit && trailer(commit, 'Plan-Digest') !== row.plan_digest) {
    faults.push(`${row.id} has another plan digest than its commit`);
  }
  return faults;
}

function faultsOfEntries(row: OperationRow, entries: readonly AuditRow[]): string[] {
  const ending = row.status === 'succeeded' || row.status === 'failed' ? [row.status] : [];
  const expected = ['submitted', ...ending].join();
  const events = entries.map(({ event }) => event).join();
  const last = entries.at(-1);
  if (events !== expected) return [`${row.id} is ${row.status}, its audit says ${events}`];
  if (row.status !== 'succeeded') return [];
  const agrees = last?.commit === row.commit && last.plan_digest === row.plan_digest;
  return agrees ? [] : [`the audit entry of ${row.id} names another commit or plan`];
}
