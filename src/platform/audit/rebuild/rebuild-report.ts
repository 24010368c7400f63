import type { OperationRow } from '../../store';
import type { AuditHead } from '../chain';

/** What a rebuild restored, and what it could not. */
export interface RebuildReport {
  readonly dry_run: boolean;
  /** Newest commit it has seen; null = an empty branch. */
  readonly commit: string | null;
  /** Operations restored, each with its steps and its audit entry `succeeded`. */
  readonly operations: number;
  /** Commits by people and other programs. */
  readonly other_commits: number;
  /** Commits that repeat the Operation-Id of an earlier one. */
  readonly repeated_commits: number;
  /** Idempotency keys that two operations of one caller carry: the first one has it. */
  readonly repeated_keys: number;
  /** Newest entry of the lost chain that a commit names; null where no commit does. */
  readonly lost_chain: AuditHead | null;
  /** Entries up to there that no commit accounts for: refused, planned and failed calls. There may be more after it. */
  readonly lost_entries_at_least: number;
  /** What git does not know, in words. */
  readonly not_restored: readonly string[];
  readonly seconds: number;
}

const NOT_IN_GIT = [
  'refused, planned and failed calls, and calls that were accepted and had no commit yet',
  'arguments of calls: a repeated idempotency key of the same operation gets the first answer, whatever its arguments',
  'doors (mcp, rest, cli), step times and logs, and fields of answers beyond status, commit and changed files',
  'what operations still had to do after their first commit, such as waiting for DNS: call those again',
  'incidents, their evidence and timelines: alerts that still fire come back with the next notification of their source',
  'which confirm tokens were used in the ten minutes before the loss; each is still bound to its plan',
];

/** Counts while a rebuild goes through the branch, and keeps apart what must be unique. */
export class RebuildTally {
  private readonly operations = new Set<string>();
  private readonly workflows = new Set<string>();
  private readonly keys = new Set<string>();
  private others = 0;
  private repeatedCommits = 0;
  private repeatedKeys = 0;
  private lostChain: AuditHead | undefined;

  /** Counts a commit; true where it is the first of its operation. */
  count(id: string | undefined, anchor: AuditHead | undefined): boolean {
    if (id === undefined) {
      this.others += 1;
      return false;
    }
    this.lostChain = anchor ?? this.lostChain;
    if (this.operations.has(id)) {
      this.repeatedCommits += 1;
      return false;
    }
    this.operations.add(id);
    return true;
  }

  has(id: string): boolean {
    return this.operations.has(id);
  }

  /** The row with a workflow name and a key that no other row has. Names written by hand may repeat; ids do not by now. */
  claim(row: OperationRow): OperationRow {
    const workflow = this.workflows.has(row.workflow) ? `${row.workflow}-${row.id}` : row.workflow;
    this.workflows.add(workflow);
    return { ...row, workflow, idempotency_key: this.claimKey(row) };
  }

  report({ head, isDryRun, seconds }: { head?: string; isDryRun: boolean; seconds: number }): RebuildReport {
    const operations = this.operations.size;
    // Of the operation that names the newest entry, only `submitted` can be among them; of the others two each.
    const accounted = Math.max(0, 2 * operations - 1);
    return {
      dry_run: isDryRun,
      commit: head ?? null,
      operations,
      other_commits: this.others,
      repeated_commits: this.repeatedCommits,
      repeated_keys: this.repeatedKeys,
      lost_chain: this.lostChain ?? null,
      lost_entries_at_least: Math.max(0, (this.lostChain?.seq ?? 0) - accounted),
      not_restored: NOT_IN_GIT,
      seconds: Math.round(seconds * 1000) / 1000,
    };
  }

  private claimKey({ actor, idempotency_key: key }: OperationRow): string | null {
    if (key === null) return null;
    const claim = JSON.stringify([actor, key]);
    if (this.keys.has(claim)) {
      this.repeatedKeys += 1;
      return null;
    }
    this.keys.add(claim);
    return key;
  }
}
