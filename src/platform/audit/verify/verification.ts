import type { Finding } from './findings';

/** How commits stand to the chain by their trailer `Audit-Head`. */
export interface AnchorCounts {
  /** Name an entry that the chain has. */
  readonly held: number;
  /** Made before the store was rebuilt: the entry they name went with the old store. */
  readonly before_rebuild: number;
  /** Of a version that did not write the trailer yet. */
  readonly none: number;
}

/** Up to where the store was made from git, and by whom. */
export interface RebuildFacts {
  readonly at: string;
  readonly by: string;
  readonly commit: string | null;
}

/** What a verification looked at and found. The books are in order where there are no findings. */
export interface Verification {
  readonly ok: boolean;
  readonly checked_at: string;
  /** As asked for; null = everything. */
  readonly since: string | null;
  /** Newest audit entry. */
  readonly head: { readonly seq: number; readonly hash: string };
  /** Newest commit of the branch; null = an empty branch. */
  readonly commit: string | null;
  readonly entries: number;
  readonly entries_per_second: number;
  readonly operations: number;
  /** Accepted and not ended yet; their commit may be on the branch already. */
  readonly open_operations: number;
  /** Made by operations. */
  readonly commits: number;
  /** Made by people and other programs. */
  readonly other_commits: number;
  readonly anchors: AnchorCounts;
  readonly rebuilt: RebuildFacts | null;
  readonly seconds: number;
  /** All there are; `findings` has the first 10,000. */
  readonly findings_total: number;
  readonly findings: readonly Finding[];
}
