import type { LogEntry, ObjectReader, PathChange } from './git';

export interface CommitRange {
  /** Exclusive; undefined = from the beginning. */
  readonly from?: string;
  readonly to: string;
  /** Only commits whose committer date is not before this. */
  readonly notBefore?: Date;
}

/** How many commits one git process describes. */
const PAGE = 500;

/** The branch as a record of who changed what. However long it is, a page of commits and their ids are all that is kept. */
export class CommitHistory {
  constructor(private readonly reader: ObjectReader) {}

  /** Full id of a commit; undefined for what names none in this repository. */
  resolve(revision: string): Promise<string | undefined> {
    return this.reader.resolve(`${revision}^{commit}`);
  }

  /** Ids, parents before children. */
  ids(range: CommitRange): Promise<string[]> {
    return this.reader.listCommits(range);
  }

  /** Parents before children. */
  async *pages(range: CommitRange): AsyncGenerator<LogEntry[]> {
    const ids = await this.ids(range);
    for (let start = 0; start < ids.length; start += PAGE) {
      yield await this.reader.readCommits(ids.slice(start, start + PAGE));
    }
  }

  /** The commits in the order of their ids. */
  read(ids: readonly string[]): Promise<LogEntry[]> {
    return this.reader.readCommits(ids);
  }

  /** Every value of a trailer on the branch with its commits, newest first. */
  trailers(key: string, to: string): Promise<Map<string, string[]>> {
    return this.reader.findCommitsByTrailer(key, undefined, to);
  }

  /** Whether `ancestor` is `descendant` or behind it; false for what this repository does not know. */
  async isAncestor(ancestor: string, descendant: string): Promise<boolean> {
    if ((await this.resolve(descendant)) === undefined) return false;
    return this.reader.isAncestor(ancestor, descendant);
  }

  /** What each commit changed against its parent; nothing for merges. */
  changes(commits: readonly string[]): Promise<Map<string, PathChange[]>> {
    return this.reader.changedPaths(commits);
  }
}
