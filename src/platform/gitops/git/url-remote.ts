import { setTimeout as delay } from 'node:timers/promises';
import type { RemoteAccess, RemoteCredentials } from './credentials';
import { DURABLE, type GitConfigEntry } from './git-environment';
import { GitError, type GitErrorKind, isGitError } from './git-error';
import { type GitResult, runGit } from './git-process';
import { assertBranchName, assertObjectId } from './object-id';
import type { ObjectReader } from './object-reader';
import type { Remote } from './remote';
import { parseRemoteUrl, type RemoteUrl } from './remote-url';
import { clearStaleLocks } from './stale-locks';

export interface UrlRemoteOptions {
  /** The local mirror. */
  gitDir: string;
  url: string;
  branch: string;
  reader: ObjectReader;
  credentials: RemoteCredentials;
  /** For one fetch or push, default 60 s. */
  timeoutMs?: number;
  /** Pauses before each look at the remote after a push whose outcome is open. */
  askAgainMs?: readonly number[];
}

const STALE_LOCK_MS = 60_000;
/** The remote, or git before it sent anything, has said no: there is nothing to look for. */
const DEFINITE: ReadonlySet<GitErrorKind> = new Set(['protected', 'denied', 'not_found', 'host_key']);

/** A repository elsewhere (https, ssh, file), mirrored locally as far as its one branch goes. */
export class UrlRemote implements Remote {
  private readonly url: RemoteUrl;
  private readonly ref: string;
  private readonly tracking: string;

  /** @throws Error for a URL or branch name that is refused. */
  constructor(private readonly options: UrlRemoteOptions) {
    this.url = parseRemoteUrl(options.url);
    this.ref = `refs/heads/${assertBranchName(options.branch)}`;
    this.tracking = `refs/remotes/origin/${options.branch}`;
  }

  async head(): Promise<string | undefined> {
    const options = [
      '--quiet',
      '--no-tags',
      '--no-write-fetch-head',
      '--no-auto-maintenance',
      '--no-recurse-submodules',
    ];
    try {
      await this.git(['fetch', ...options, '--force', 'origin', `+${this.ref}:${this.tracking}`]);
    } catch (error) {
      if (isGitError(error, 'not_found') && error.stderr.includes("couldn't find remote ref")) return this.forget();
      if (isGitError(error, 'rejected')) await clearStaleLocks(this.options.gitDir, STALE_LOCK_MS);
      throw error;
    }
    return this.options.reader.resolve(this.tracking);
  }

  async publish(expected: string | undefined, next: string): Promise<void> {
    assertObjectId(next);
    const lease = `--force-with-lease=${this.ref}:${expected === undefined ? '' : assertObjectId(expected)}`;
    try {
      const { stdout } = await this.git(['push', '--porcelain', '--no-verify', lease, 'origin', `${next}:${this.ref}`]);
      this.confirm(stdout.toString('utf8'));
    } catch (error) {
      if (!isGitError(error) || DEFINITE.has(error.kind)) throw error;
      await this.settle(error, expected, next);
    }
  }

  describe(): string {
    return `${this.url.url}, branch ${this.options.branch}`;
  }

  /** Exit code 0 alone is no proof: the remote must have reported this very ref as done. */
  private confirm(report: string): void {
    const done = report
      .split('\n')
      .some((line) => /^[ +*=]\t/.test(line) && line.split('\t')[1]?.endsWith(`:${this.ref}`));
    if (!done) throw new GitError({ command: 'push', kind: 'unknown', stderr: 'error: no report for the branch' });
  }

  /** Looks where the branch is after a push that failed or whose answer was lost. Resolves when it did arrive. */
  private async settle(error: GitError, expected: string | undefined, next: string): Promise<void> {
    const look = await this.lookAgain();
    if (look === undefined) throw error.with({ outcomeUnknown: error.kind !== 'rejected' });
    const { head } = look;
    if (head !== undefined && (await this.options.reader.isAncestor(next, head))) return;
    // The branch has moved on without us: by compare-and-swap a push still under way can only fail.
    if (head !== expected) throw error.with({ kind: 'rejected' });
    throw error.with({ outcomeUnknown: error.kind !== 'rejected' && error.kind !== 'full' });
  }

  private async lookAgain(): Promise<{ head: string | undefined } | undefined> {
    for (const pause of this.options.askAgainMs ?? [0, 250, 1_000]) {
      if (pause > 0) await delay(pause);
      try {
        return { head: await this.head() };
      } catch (error) {
        if (!isGitError(error)) throw error;
      }
    }
    return undefined;
  }

  private async forget(): Promise<undefined> {
    await runGit(['update-ref', '-d', this.tracking], { gitDir: this.options.gitDir, timeoutMs: this.timeoutMs });
    return undefined;
  }

  private async git(args: readonly string[]): Promise<GitResult> {
    const access: RemoteAccess = await this.options.credentials.access(this.url);
    return runGit(args, {
      gitDir: this.options.gitDir,
      env: access.env,
      config: [...DURABLE, ...this.remoteConfig(), ...access.config],
      secrets: access.secrets,
      timeoutMs: this.timeoutMs,
    });
  }

  /** Named in the environment only: the mirror has no remote of its own that could go stale when the setting changes. */
  private remoteConfig(): GitConfigEntry[] {
    return [
      ['remote.origin.url', this.url.url],
      // With this a push moves the tracking ref too, and the next fetch has nothing to do.
      ['remote.origin.fetch', `+${this.ref}:${this.tracking}`],
      // A hook of the mirror is nothing MCTL put there.
      ['core.hooksPath', '/dev/null'],
    ];
  }

  private get timeoutMs(): number {
    return this.options.timeoutMs ?? 60_000;
  }
}
