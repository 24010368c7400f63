/** What a verification can find, what it means, and what to do about it. Codes are stable. */
const KINDS = {
  entry_missing: {
    means: 'Entries were taken out of the audit trail.',
    fix: 'Restore mctl.db from a backup and compare; commits after the gap still prove the accepted writes.',
  },
  entry_changed: {
    means: 'The entry was edited after it was written.',
    fix: 'Compare it with a backup of mctl.db and with the commit of its operation; trust those.',
  },
  entry_misplaced: {
    means: 'The entry was put here, or its neighbour was replaced: it does not follow the one before.',
    fix: 'Compare both with a backup of mctl.db.',
  },
  tail_missing: {
    means: 'The newest entries were cut off.',
    fix: 'Restore mctl.db from a backup; what was accepted since is in git.',
  },
  tail_added: {
    means: 'Somebody else than MCTL added entries at the end.',
    fix: 'Do not trust entries after the head; compare with a backup of mctl.db.',
  },
  head_missing: {
    means:
      'The sealed head of the trail was removed: whether newest entries are missing cannot be told from the store.',
    fix: 'Restore mctl.db from a backup.',
  },
  head_unsealed: {
    means:
      'The head of the trail was set by somebody else, or the key in keys/installation.pem is another one than before.',
    fix:
      'Restore the key file if it was replaced. Otherwise restore mctl.db from a backup, or move it away and run mctl audit rebuild: ' +
      'a broken seal is not made whole again.',
  },
  anchor_broken: {
    means:
      'The audit trail is not the one that was there when the commit was made: it was written anew, cut off or exchanged.',
    fix: 'Trust git. Restore mctl.db from a backup of that time.',
  },
  commit_unknown: {
    means:
      'The branch has a commit in the name of an operation that the store does not know: the store is older than the branch, or ' +
      'somebody wrote the trailers by hand.',
    fix: 'Ask the committer. After a restore from an old backup: move mctl.db away and run mctl audit rebuild.',
  },
  anchor_missing: {
    means:
      'The commit names no entry of the audit trail, and one before it does: MCTL leaves Audit-Head out only where it is older than ' +
      'the trailer.',
    fix: 'Somebody wrote the commit by hand or edited its message: ask the committer, and look at what it changed.',
  },
  commit_forged: {
    means:
      'The commit carries trailers that MCTL writes, but not as MCTL does: always with Operation-Id, and in this spelling. It is of no ' +
      'operation.',
    fix:
      'Ask the committer, and look at what it changed. Where an operation is recorded with this commit, its own change was never made: ' +
      'call it again.',
  },
  commit_disagrees: {
    means:
      'Commit and store tell different things about the same operation. A commit cannot be edited without a new id.',
    fix: 'Trust the commit where its id is the one in the audit trail.',
  },
  commit_doubled: {
    means: 'More than one commit carries this Operation-Id, e.g. because somebody cherry-picked one with its message.',
    fix: 'The one that the store names is the operation; look at who made the others.',
  },
  commit_missing: {
    means: 'A write that succeeded is no longer on the branch: its history was rewritten, or the branch was reset.',
    fix:
      'Look for the commit by its id: the data folder may still have it, in the mirror of the remote (gitops-mirror.git) or in the ' +
      'reflog of the embedded repository (gitops.git), and so may clones. Push it again, or accept that its change is undone.',
  },
  commit_of_failed: {
    means: 'The operation is recorded as failed, and its commit is on the branch.',
    fix: 'Look at the commit: its change is in effect. Undo it with another operation if it should not be.',
  },
  record_incomplete: {
    means: 'The audit entries of the operation are not those that its state requires.',
    fix: 'Compare with a backup of mctl.db; the commit, where there is one, proves what was done.',
  },
  record_disagrees: {
    means: 'The row of the operation and its audit entry tell different things; one was edited.',
    fix: 'Trust the audit entry unless a finding names it too.',
  },
  record_orphan: {
    means: 'The audit trail speaks of an operation whose row is gone.',
    fix: 'Restore mctl.db from a backup.',
  },
  reverts_unknown: {
    means: 'The commit says that it takes back an operation that is not on the branch.',
    fix: 'Look whether the history before it was rewritten.',
  },
  rebuild_unknown: {
    means: 'The commit up to which the store was rebuilt is not known any more: the history was rewritten since.',
    fix: 'Find out who rewrote it; a rebuild from the present branch starts afresh.',
  },
} as const;

export type FindingCode = keyof typeof KINDS;

/** One thing that is wrong. */
export interface Finding {
  readonly code: FindingCode;
  /** What was seen, in one line. */
  readonly what: string;
  readonly means: string;
  readonly fix: string;
  readonly entry: number | null;
  readonly operation: string | null;
  readonly commit: string | null;
}

/** What a finding is about. */
export interface Subject {
  readonly entry?: number;
  readonly operation?: string;
  readonly commit?: string;
}

/** A store in which everything is wrong must not fill the memory. */
const KEPT = 10_000;

/** Collects what is wrong: all of it is counted, the first 10,000 are kept. */
export class Findings {
  readonly kept: Finding[] = [];
  total = 0;

  add(code: FindingCode, what: string, { entry, operation, commit }: Subject = {}): void {
    this.total += 1;
    if (this.kept.length >= KEPT) return;
    const subject = { entry: entry ?? null, operation: operation ?? null, commit: commit ?? null };
    this.kept.push({ code, what, ...KINDS[code], ...subject });
  }
}
