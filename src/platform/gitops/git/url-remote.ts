import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { lookCloser } from './closer-look';
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
  /** For one fetch or push, default 60 s; the very first fetch may take ten times as long. */
  timeoutMs?: number;
  /** The branch was moved back or its history written anew by somebody else: `from` is no ancestor of `to`. */
  onRewritten?: (from: string, to: string) => void;
  /** Pauses before each look at the remote after a push whose outcome is open. */
  askAgainMs?: readonly number[];
}

const STALE_LOCK_MS = 60_000;
/** The remote, or git before it sent anything, has said no: there is nothing to look for. */
const DEFINITE: ReadonlySet<GitErrorKind> = new Set<GitErrorKind>([
  ...(['protected', 'unsigned', 'secret_found', 'declined', 'denied', 'read_only', 'foreign'] as const),
  ...(['checked_out', 'shallow', 'object_format'] as const),
  ...(['token_file', 'key_missing', 'key_open', 'key_locked', 'key_invalid'] as const),
  ...(['host_key', 'host_key_changed', 'certificate', 'redirected', 'not_git', 'not_found'] as const),
]);
/** Whoever lost the race need not fetch a second time before the next try: each look is time for others to win again. */
const JUST_NOW_MS = 50;
const NEARBY = 32;
const FIRST_FETCH_FACTOR = 10;
const FETCH = ['--no-tags', '--no-write-fetch-head', '--no-auto-maintenance', '--no-recurse-submodules', '--force'];
/** How a git server begins, as GIT_TRACE_PACKET shows it: in the protocol's versions 0, and 1 or 2. */
const GIT_SERVER = /packet: .*< (# service=git-upload-pack|version [12])/;
/** How fetch reports, with exit code 0, that it leaves the branch as it was because the remote is a shallow clone. */
const SHALLOW = /^warning: rejected .* because shallow roots are not allowed to be updated$/m;
/** How fetch reports a branch that did not move forwards: ` + 1a2b...3c4d main -> … (forced update)`. */
const FORCED = /^ \+ ([0-9a-f]+)\.\.\.([0-9a-f]+) .*\(forced update\)$/m;

/** A repository elsewhere (https, ssh, file), mirrored locally as far as its one branch goes. */
export class UrlRemote implements Remote {
  private readonly url: RemoteUrl;
  private readonly ref: string;
  private readonly tracking: string;
  private justSeen: { head: string | undefined; at: number } | undefined;

  /** @throws Error for a URL or branch name that is refused. */
  constructor(private readonly options: UrlRemoteOptions) {
    this.url = parseRemoteUrl(options.url);
    this.ref = `refs/heads/${assertBranchName(options.branch)}`;
    // What is known of one remote says nothing about the next one that the setting names.
    const remote = createHash('sha256').update(options.url).digest('hex').slice(0, 12);
    this.tracking = `refs/remotes/${remote}/${options.branch}`;
  }

  /**
   * @throws GitError `branch_gone` where the branch was there once, or others are there instead of it: a branch is started in an
   *   empty repository only. `shallow` where the remote has no whole history to give.
   */
  async head(): Promise<string | undefined> {
    const seen = this.justSeen;
    this.justSeen = undefined;
    if (seen !== undefined && Date.now() - seen.at < JUST_NOW_MS) return seen.head;
    try {
      await this.fetch();
    } catch (error) {
      if (!isGitError(error)) throw error;
      if (error.kind === 'branch_gone') return this.assertEmpty(error);
      if (error.kind === 'rejected') await clearStaleLocks(this.options.gitDir, STALE_LOCK_MS);
      throw await this.seenCloser(error);
    }
    const head = await this.options.reader.resolve(this.tracking);
    // A branch that is there and was not taken is no empty repository, whatever the reason.
    if (head === undefined) throw new GitError({ command: 'fetch', kind: 'unknown', stderr: 'error: nothing came' });
    return head;
  }

  async publish(expected: string | undefined, next: string): Promise<void> {
    assertObjectId(next);
    const lease = `--force-with-lease=${this.ref}:${expected === undefined ? '' : assertObjectId(expected)}`;
    try {
      const { stdout } = await this.git(['push', '--porcelain', '--no-verify', lease, 'origin', `${next}:${this.ref}`]);
      this.confirm(stdout.toString('utf8'));
    } catch (cause) {
      if (!isGitError(cause)) throw cause;
      const error = await this.seenCloser(cause);
      if (DEFINITE.has(error.kind)) throw error;
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
    // A refusal is certain; then what keeps us from looking is the trouble worth telling.
    if (look instanceof GitError) throw error.kind === 'rejected' ? look : error.with({ outcomeUnknown: true });
    const { head } = look;
    if (head !== undefined && (await this.isOn(next, head, error.kind === 'rejected' ? expected : undefined))) return;
    // The branch has moved on without us: by compare-and-swap a push still under way can only fail.
    if (head !== expected) {
      this.justSeen = { head, at: Date.now() };
      throw error.with({ kind: 'rejected' });
    }
    throw error.with({ outcomeUnknown: error.kind !== 'rejected' && error.kind !== 'full' });
  }

  /** After a plain refusal only what came since is looked through, without a process: the race goes on meanwhile. */
  private async isOn(next: string, head: string, since: string | undefined): Promise<boolean> {
    const { reader } = this.options;
    const nearby = since === undefined ? 0 : NEARBY;
    for (let back = 0; back < nearby; back++) {
      const commit = await reader.resolve(`${head}~${back}`);
      if (commit === next) return true;
      if (commit === undefined || commit === since) return false;
    }
    return reader.isAncestor(next, head);
  }

  private async lookAgain(): Promise<{ head: string | undefined } | GitError> {
    let trouble = new GitError({ command: 'fetch', kind: 'unknown' });
    for (const pause of this.options.askAgainMs ?? [0, 250, 1_000]) {
      if (pause > 0) await delay(pause);
      try {
        return { head: await this.head() };
      } catch (error) {
        if (!isGitError(error)) throw error;
        trouble = error;
      }
    }
    return trouble;
  }

  private async fetch(): Promise<void> {
    const isFirst = (await this.options.reader.resolve(this.tracking)) === undefined;
    const { stderr } = await this.git(['fetch', ...FETCH, 'origin', `+${this.ref}:${this.tracking}`], {
      timeoutMs: this.timeoutMs * (isFirst ? FIRST_FETCH_FACTOR : 1),
    });
    if (SHALLOW.test(stderr)) throw new GitError({ command: 'fetch', kind: 'shallow', stderr });
    const [, from, to] = FORCED.exec(stderr) ?? [];
    if (from !== undefined && to !== undefined) await this.tellRewritten(from, to);
  }

  private async tellRewritten(...abbreviated: [from: string, to: string]): Promise<void> {
    const [from, to] = await Promise.all(abbreviated.map((id) => this.options.reader.resolve(id)));
    this.options.onRewritten?.(from ?? abbreviated[0], to ?? abbreviated[1]);
  }

  /** The branch is not there, and that is as it should be only where nothing else is and never was. */
  private async assertEmpty(error: GitError): Promise<undefined> {
    const { stdout, stderr } = await this.git(['ls-remote', '--heads', 'origin'], { env: { GIT_TRACE_PACKET: '1' } });
    // Any page whatsoever passes for an empty repository under git's old protocol; the trace shows whether a git server answered.
    const isServer = this.url.origin === undefined || GIT_SERVER.test(stderr);
    if (!isServer) throw error.with({ kind: 'not_git' });
    if (stdout.length > 0 || (await this.options.reader.resolve(this.tracking)) !== undefined) throw error;
    return undefined;
  }

  private seenCloser(error: GitError): Promise<GitError> {
    return lookCloser(error, this.url, this.options.credentials);
  }

  private async git(
    args: readonly string[],
    { env, timeoutMs = this.timeoutMs }: { env?: Record<string, string>; timeoutMs?: number } = {},
  ): Promise<GitResult> {
    const access: RemoteAccess = await this.options.credentials.access(this.url);
    return runGit(args, {
      gitDir: this.options.gitDir,
      env: { ...access.env, ...env },
      config: [...DURABLE, ...this.remoteConfig(), ...access.config],
      secrets: access.secrets,
      timeoutMs,
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
