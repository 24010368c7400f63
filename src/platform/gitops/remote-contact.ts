import { log } from '../logging';
import { GitError, type GitErrorKind, isGitError } from './git';
import { GIT_FAULTS } from './git-fault-words';

/** Why the remote cannot be asked, in our words: they are shown to whoever asks `/readyz`, and git's own output never is. */
export interface Outage {
  readonly kind: GitErrorKind;
  /** When the first of the asks in a row failed. */
  readonly since: Date;
  /** A sentence. */
  readonly reason: string;
  /** The next step. */
  readonly fix: string;
}

/** Whether the remote answers, as of the last time it was asked. The log has a line when it stops, and one when it is back. */
export class RemoteContact {
  private outage: Outage | undefined;

  /** Undefined where the last ask went well, and before the first. */
  get failing(): Outage | undefined {
    return this.outage;
  }

  succeeded(): void {
    if (this.outage) log.info({ since: this.outage.since.toISOString() }, 'the GitOps remote is back');
    this.outage = undefined;
  }

  failed(error: unknown): void {
    // We stopped asking; that says nothing about the remote.
    if (isGitError(error, 'aborted')) return;
    const kind = error instanceof GitError ? error.kind : 'unknown';
    const { message: reason, fix } = GIT_FAULTS[kind];
    // Git's words are redacted where the error is made; the log is where `fix` sends people for them.
    const git = error instanceof GitError ? error.message : undefined;
    if (!this.outage) log.warn({ kind, reason, fix, git }, 'asking the GitOps remote fails');
    this.outage = { kind, since: this.outage?.since ?? new Date(), reason, fix };
  }
}
