import type { RemoteCredentials } from './credentials';
import type { GitConfigEntry } from './git-environment';
import { isGitError } from './git-error';
import { type GitResult, runGit } from './git-process';
import { commitDate } from './history';
import { assertBranchName, assertObjectId } from './object-id';
import { parseRemoteUrl, type RemoteUrl } from './remote-url';

export interface RemoteProbeOptions {
  url: string;
  branch: string;
  credentials: RemoteCredentials;
  /** For one command, in milliseconds. */
  timeoutMs: number;
}

/** What a remote shows to somebody who only asks. */
export interface RemoteLook {
  /** Commit of the configured branch; undefined where there is no such branch. */
  readonly head: string | undefined;
  /** Branch that the remote calls its default, where it names one. */
  readonly defaultBranch: string | undefined;
  /** Names of all branches, sorted as git sorts them. */
  readonly branches: readonly string[];
}

const HEADS = 'refs/heads/';

/** Asks a remote what it is and allows, without changing it, and without the mirror that a server may be using. */
export class RemoteProbe {
  readonly url: RemoteUrl;
  private readonly ref: string;

  /** @throws RefusedRemote for a URL that MCTL would not touch; Error for such a branch name. */
  constructor(private readonly options: RemoteProbeOptions) {
    this.url = parseRemoteUrl(options.url);
    this.ref = `${HEADS}${assertBranchName(options.branch)}`;
  }

  /** @throws GitError as the remote, or git on the way to it, failed. */
  async look(signal: AbortSignal): Promise<RemoteLook> {
    const { stdout } = await this.git(['ls-remote', '--symref', 'origin', 'HEAD', `${HEADS}*`], { signal });
    return readLook(stdout.toString('utf8'), this.ref);
  }

  /** Fetches the branch's newest commit, and nothing of its history, as the same branch of a bare repository. */
  async fetchHead(gitDir: string, signal: AbortSignal): Promise<void> {
    const quietly = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance'];
    await this.git(['fetch', ...quietly, '--depth=1', '--force', 'origin', `+${this.ref}:${this.ref}`], {
      gitDir,
      signal,
    });
  }

  /**
   * Asks for the permission to push and pushes nothing: the remote lets git-receive-pack begin, or refuses. What is decided at the
   * push itself (a protected branch, a hook, a full disk) stays unknown.
   * @param commit one that `gitDir` has.
   * @throws GitError e.g. `denied`.
   */
  async tryPush(gitDir: string, commit: string, signal: AbortSignal): Promise<void> {
    try {
      const refspec = `${assertObjectId(commit)}:${this.ref}`;
      await this.git(['push', '--dry-run', '--porcelain', '--no-verify', 'origin', refspec], { gitDir, signal });
    } catch (error) {
      // Somebody committed meanwhile; that is not what was asked.
      if (!isGitError(error, 'rejected')) throw error;
    }
  }

  /** When the commit was made, by the clock of whoever made it. */
  async committedAt(gitDir: string, commit: string): Promise<Date> {
    const args = ['log', '--max-count=1', '--no-show-signature', '--format=%ct', assertObjectId(commit), '--'];
    const { stdout } = await runGit(args, { gitDir, timeoutMs: this.options.timeoutMs });
    return commitDate(stdout.toString('latin1'));
  }

  private async git(
    args: readonly string[],
    { gitDir, signal }: { gitDir?: string; signal: AbortSignal },
  ): Promise<GitResult> {
    const access = await this.options.credentials.access(this.url);
    const config: GitConfigEntry[] = [
      ['remote.origin.url', this.url.url],
      ['core.hooksPath', '/dev/null'],
      ...access.config,
    ];
    const { timeoutMs } = this.options;
    return runGit(args, { env: access.env, config, secrets: access.secrets, gitDir, signal, timeoutMs });
  }
}

/** Reads `git ls-remote --symref`: `ref: refs/heads/main<TAB>HEAD`, then `<id><TAB><ref>` each. */
function readLook(output: string, ref: string): RemoteLook {
  const lines = output.split('\n').map((line) => line.split('\t'));
  const symref = lines.find(([target, name]) => name === 'HEAD' && target?.startsWith('ref: '))?.[0];
  const branches = lines.flatMap(([, name]) => (name?.startsWith(HEADS) ? [name.slice(HEADS.length)] : []));
  return {
    head: lines.find(([, name]) => name === ref)?.[0],
    defaultBranch: symref?.slice(`ref: ${HEADS}`.length),
    branches,
  };
}
