import { Conflict, type MctlError, Unavailable } from '../errors';
import { type GitError, type GitErrorKind } from './git';

interface Explanation {
  readonly message: string;
  readonly fix: string;
  /** The same call can succeed later with nobody changing anything. */
  readonly passes: boolean;
}

const EXPLANATIONS: Record<GitErrorKind, Explanation> = {
  rejected: { message: 'Somebody else keeps committing at the same moment.', fix: 'Try again.', passes: true },
  protected: {
    message: 'The branch is protected against MCTL: the remote declined the commit.',
    fix: 'Allow MCTL’s account to push to the branch, or point MCTL_GITOPS_BRANCH at another one.',
    passes: false,
  },
  denied: {
    message: 'The GitOps remote refused MCTL’s credential or write access.',
    fix: 'Check MCTL_GITOPS_TOKEN_FILE or MCTL_GITOPS_SSH_KEY_FILE, and that the account may write.',
    passes: false,
  },
  not_found: { message: 'The GitOps repository is not there.', fix: 'Check MCTL_GITOPS_REMOTE.', passes: false },
  unreachable: {
    message: 'The GitOps remote does not answer.',
    fix: 'Nothing is lost: try again when it is back.',
    passes: true,
  },
  host_key: {
    message: 'The GitOps remote shows an ssh host key that is not pinned.',
    fix: 'Put the right key into MCTL_GITOPS_KNOWN_HOSTS_FILE after checking it.',
    passes: false,
  },
  full: {
    message: 'The disk of the GitOps repository is full.',
    fix: 'Free space; waiting operations then go on.',
    passes: true,
  },
  corrupt: { message: 'The GitOps repository is damaged.', fix: 'Run git fsck on it.', passes: false },
  timeout: { message: 'The GitOps remote answers too slowly.', fix: 'Nothing is lost: try again.', passes: true },
  aborted: { message: 'MCTL was stopping.', fix: 'Nothing is lost: it goes on after the restart.', passes: true },
  too_large: {
    message: 'A file of the GitOps repository is too large to read.',
    fix: 'Make it smaller than the limit.',
    passes: false,
  },
  unknown: {
    message: 'Git failed in a way MCTL does not know.',
    fix: 'The log has the details under the correlation id.',
    passes: true,
  },
};

/** Whether waiting may help; everything else fails its operation at once, with the reason. */
export function passesWithTime(error: GitError): boolean {
  return EXPLANATIONS[error.kind].passes;
}

/** What a caller is told: our words per kind, never git's own output. */
export function explainGitError(error: GitError): MctlError {
  const { message, fix, passes } = EXPLANATIONS[error.kind];
  const details = { code: `gitops_${error.kind}`, fix, cause: error };
  return passes ? new Unavailable(message, { ...details, retryAfterSeconds: 5 }) : new Conflict(message, details);
}
