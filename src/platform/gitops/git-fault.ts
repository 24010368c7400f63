import { Conflict, type MctlError, Unavailable } from '../errors';
import { GitError, type GitErrorKind } from './git';
import { GIT_FAULTS } from './git-fault-words';

/** Whether waiting may help; everything else fails its operation at once, with the reason. */
export function passesWithTime(error: GitError): boolean {
  return GIT_FAULTS[error.kind].passes;
}

/** Kinds that one commit of a push can bring on all of them, e.g. one that a hook of the remote declines. */
const OF_ONE_COMMIT: ReadonlySet<GitErrorKind> = new Set(['protected', 'declined', 'secret_found', 'unknown']);

/** Whether one operation of a batch can be what all of them met, so that they are better tried one by one. */
export function mayBeOfOne(error: unknown): boolean {
  return !(error instanceof GitError) || OF_ONE_COMMIT.has(error.kind);
}

/** What a caller is told: our words per kind, never git's own output. */
export function explainGitError(error: GitError): MctlError {
  const { message, fix, passes } = GIT_FAULTS[error.kind];
  const { damage } = error;
  const details = { code: `gitops_${error.kind}`, fix: damage?.fix ?? fix, cause: error };
  const text = damage ? `${message} ${damage.what}` : message;
  return passes ? new Unavailable(text, { ...details, retryAfterSeconds: 5 }) : new Conflict(text, details);
}
