/** The repository whose branch is the truth. One branch, moved by compare-and-swap only. */
export interface Remote {
  /** The branch's commit, everything of it known locally by then; undefined while the branch does not exist. */
  head(): Promise<string | undefined>;

  /**
   * Moves the branch from `expected` (undefined: it must not exist) to `next`, whose objects are in the local
   * repository. Resolves only when the remote is known to show `next` or a descendant of it.
   * @throws GitError `rejected` when the branch is not at `expected` or another writer holds it: nothing was changed.
   *   With `outcomeUnknown` the change may have happened or may still happen.
   */
  publish(expected: string | undefined, next: string): Promise<void>;

  /** For people and logs; never holds credentials. */
  describe(): string;
}
