import type { CommitRange, LogEntry } from '../../gitops';
import { parseAnchor } from '../audit-head';
import type { AuditHead } from '../chain';
import { trailerOf } from '../trailers';
import type { Books } from './books';
import type { AnchorCounts } from './verification';

/** Whether a commit was there when the store was made anew: the chain that it names went with the old store. */
export type IsBeforeRebuild = (commit: string) => boolean;

type Counting = { -readonly [Name in keyof AnchorCounts]: number };

/** Every entry that a commit of an operation names is in the chain, and once one names an entry, all after it do. */
export class AnchorCheck {
  readonly counts: Counting = { held: 0, before_rebuild: 0, none: 0 };
  /** Oldest entry that a commit of the present chain names; infinity where none does. */
  first = Infinity;
  /** Whether a commit up to here carries the trailer; undefined = those before the range have not been asked. */
  private hasBegun: boolean | undefined;

  constructor(
    private readonly books: Books,
    range: CommitRange,
    private readonly isBeforeRebuild: IsBeforeRebuild,
  ) {
    const isWhole = range.from === undefined && range.notBefore === undefined;
    this.hasBegun = isWhole ? false : undefined;
  }

  /** The next commits of operations, parents before children. */
  async check(commits: readonly LogEntry[]): Promise<void> {
    const anchored: { commit: LogEntry; anchor: AuditHead | undefined }[] = [];
    for (const commit of commits) {
      const text = trailerOf(commit, 'Audit-Head');
      if (text === undefined) await this.countMissing(commit);
      else {
        this.hasBegun = true;
        if (this.isBeforeRebuild(commit.sha)) this.counts.before_rebuild += 1;
        else anchored.push({ commit, anchor: parseAnchor(text) });
      }
    }
    await this.compare(anchored);
  }

  private async countMissing(commit: LogEntry): Promise<void> {
    this.counts.none += 1;
    // Asked once: commits of operations follow each other, so what stands before the first of the range stands before all of it.
    this.hasBegun ??= (await this.books.history.trailers('Audit-Head', commit.sha)).size > 0;
    if (!this.hasBegun) return;
    this.books.findings.add('anchor_missing', `commit ${commit.sha} has no Audit-Head, and one before it has`, {
      commit: commit.sha,
      operation: trailerOf(commit, 'Operation-Id'),
    });
  }

  private async compare(commits: readonly { commit: LogEntry; anchor: AuditHead | undefined }[]): Promise<void> {
    const seqs = commits.flatMap(({ anchor }) => anchor?.seq ?? []);
    this.first = Math.min(this.first, ...seqs);
    const hashes = await this.hashesOf(seqs);
    for (const { commit, anchor } of commits) {
      if (anchor && hashes.get(anchor.seq) === anchor.hash) this.counts.held += 1;
      else this.report(commit, anchor, anchor && hashes.has(anchor.seq));
    }
  }

  private async hashesOf(seqs: readonly number[]): Promise<Map<number, string>> {
    if (seqs.length === 0) return new Map();
    const rows = await this.books.store.db
      .selectFrom('audit')
      .select(['seq', 'hash'])
      .where('seq', 'in', [...new Set(seqs)])
      .execute();
    return new Map(rows.map(({ seq, hash }) => [seq, hash]));
  }

  private report({ sha, ...commit }: LogEntry, anchor: AuditHead | undefined, isThere: boolean | undefined): void {
    const entry = anchor?.seq;
    const what =
      entry === undefined
        ? `commit ${sha} has an Audit-Head that MCTL cannot have written`
        : `commit ${sha} was made on entry ${entry}, which ${isThere ? 'has another hash now' : 'is not there'}`;
    const operation = trailerOf(commit, 'Operation-Id');
    this.books.findings.add('anchor_broken', what, { commit: sha, entry, operation });
  }
}
