import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { damageOfBranch } from './branch-damage';
import { DURABLE } from './git-environment';
import { type GitError, isGitError } from './git-error';
import { runGit } from './git-process';
import { assertBranchName, assertObjectId, zeroIdLike } from './object-id';
import type { ObjectReader } from './object-reader';
import type { Remote } from './remote';
import { clearStaleLocks } from './stale-locks';

const UPDATE_TIMEOUT_MS = 30_000;
/** A ref is locked for milliseconds; what is this old was left by a process that is gone. */
const STALE_LOCK_MS = 60_000;

export interface EmbeddedRemoteOptions {
  gitDir: string;
  branch: string;
  reader: ObjectReader;
  /** The branch was moved back or its history written anew by somebody else: `from` is no ancestor of `to`. */
  onRewritten?: (from: string, to: string) => void;
}

/** The local bare repository is itself the remote. */
export class EmbeddedRemote implements Remote {
  private readonly ref: string;
  private seen: string | undefined;

  constructor(private readonly options: EmbeddedRemoteOptions) {
    this.ref = `refs/heads/${assertBranchName(options.branch)}`;
  }

  /** @throws GitError `corrupt` where the branch was there once and names no object any more. */
  async head(): Promise<string | undefined> {
    const before = this.seen;
    if (before !== undefined && this.loose() === before) return before;
    const head = (await this.options.reader.resolve(this.ref)) ?? (await this.missing());
    // Otherwise a publish came between: what was read may be older than what it left.
    if (head !== undefined && this.seen === before) {
      this.seen = head;
      // Beside the answer: whoever waits to commit must not wait for this as well.
      if (before !== undefined && head !== before) void this.compare(before, head);
    }
    return head;
  }

  async publish(expected: string | undefined, next: string): Promise<void> {
    assertObjectId(next);
    const old = expected === undefined ? zeroIdLike(next) : assertObjectId(expected);
    try {
      await this.update(old, next);
    } catch (error) {
      if (!isGitError(error)) throw error;
      await this.settle(error, next);
    }
    this.seen = next;
  }

  describe(): string {
    return `embedded repository ${this.options.gitDir}, branch ${this.options.branch}`;
  }

  /**
   * What the branch's own file names, where it has one (git-update-ref replaces it whole): asked at every request, and a tenth of what
   * asking git costs. Whatever is not plainly the head that git named before is left to git.
   */
  private loose(): string | undefined {
    try {
      return readFileSync(join(this.options.gitDir, this.ref), 'latin1').trimEnd();
    } catch {
      return undefined;
    }
  }

  /** A new repository has no branch; one that had it, and whose branch names nothing now, is damaged. */
  private async missing(): Promise<string | undefined> {
    const damage = await damageOfBranch(this.options.gitDir, this.ref);
    if (damage === undefined) return undefined;
    // What is there may have come after the first look.
    const head = await this.options.reader.resolve(this.ref);
    if (head === undefined) throw damage;
    return head;
  }

  private async compare(from: string, to: string): Promise<void> {
    const { reader, onRewritten } = this.options;
    const isForwards = await reader.isAncestor(from, to).catch(() => true);
    if (!isForwards) onRewritten?.(from, to);
  }

  private async update(old: string, next: string): Promise<void> {
    await runGit(['update-ref', '-m', 'mctl: publish', '--stdin'], {
      gitDir: this.options.gitDir,
      input: Buffer.from(`start\nupdate ${this.ref} ${next} ${old}\nprepare\ncommit\n`),
      config: DURABLE,
      timeoutMs: UPDATE_TIMEOUT_MS,
    });
  }

  /** A process that was stopped late may have done its work: what counts is where the branch is now. */
  private async settle(error: GitError, next: string): Promise<void> {
    const head = await this.head();
    if (head !== undefined && (await this.options.reader.isAncestor(next, head))) return;
    // The caller tries again on `rejected`; by then a lock that nobody holds any more is out of the way.
    if (error.kind === 'rejected') await clearStaleLocks(this.options.gitDir, STALE_LOCK_MS);
    throw error;
  }
}
