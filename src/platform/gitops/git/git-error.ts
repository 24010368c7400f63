/**
 * What went wrong, as far as the caller's next step depends on it. One kind, one answer: `git-fault.ts` has the words.
 *
 * The branch: `rejected` (not where the caller thought, or another writer holds it: look again and retry), `branch_gone`.
 * Rules of the remote: `protected`, `checked_out` (a work tree over there has the branch), `unsigned`, `secret_found`, `declined` (any other hook or rule).
 * Rights: `denied`, `read_only`, `foreign` (files of another user), `token_file`, and the ssh key that `key_missing`, `key_open`, `key_locked`, `key_invalid` speak of.
 * What is there: `shallow` (a history cut off), `object_format` (SHA-256 ids, the mirror has SHA-1).
 * Who answers: `host_key` (unknown), `host_key_changed`, `certificate`, `redirected`, `not_git`, `not_found`.
 * The way there: `unreachable`, `unresolved`, `interrupted`, `server_error`, `busy`, `timeout`.
 * Room: `full` (the remote's disk), `full_here` (ours), `unwritable` (the remote's disk is full or read-only, it does not say which).
 * Our folder: `unwritable_here` (the user MCTL runs as may not write there).
 * Damage: `corrupt` (the remote or the embedded repository), `corrupt_mirror` (our copy of the remote, even a new one).
 * Ours: `signing`, `aborted` (stopped by the caller), `too_large` (a listing over its limit), `unknown`.
 */
export type GitErrorKind =
  | 'rejected'
  | 'branch_gone'
  | 'protected'
  | 'checked_out'
  | 'unsigned'
  | 'secret_found'
  | 'declined'
  | 'denied'
  | 'read_only'
  | 'foreign'
  | 'token_file'
  | 'key_missing'
  | 'key_open'
  | 'key_locked'
  | 'key_invalid'
  | 'shallow'
  | 'object_format'
  | 'host_key'
  | 'host_key_changed'
  | 'certificate'
  | 'redirected'
  | 'not_git'
  | 'not_found'
  | 'unreachable'
  | 'unresolved'
  | 'interrupted'
  | 'server_error'
  | 'busy'
  | 'timeout'
  | 'full'
  | 'full_here'
  | 'unwritable'
  | 'unwritable_here'
  | 'corrupt'
  | 'corrupt_mirror'
  | 'signing'
  | 'aborted'
  | 'too_large'
  | 'unknown';

export interface GitFailure {
  /** The git subcommand only: arguments may hold paths and URLs that do not belong in an error. */
  command: string;
  kind: GitErrorKind;
  exitCode?: number | undefined;
  /** Redacted by whoever creates the error. */
  stderr?: string;
  /** A publish may or may not have happened, or may still happen: look for it before repeating it. */
  outcomeUnknown?: boolean;
  damage?: Damage | undefined;
}

/** What exactly is broken, where MCTL has found it out. Whoever calls may read it: no git output, no path of the machine. */
export interface Damage {
  /** A sentence. */
  what: string;
  /** The next step. */
  fix: string;
}

/** The one error this layer throws for anything git did or could not do. Safe to log: it never holds a credential. */
export class GitError extends Error {
  readonly command: string;
  readonly kind: GitErrorKind;
  readonly exitCode: number | undefined;
  readonly stderr: string;
  readonly outcomeUnknown: boolean;
  readonly damage: Damage | undefined;

  constructor(failure: GitFailure) {
    const stderr = failure.stderr ?? '';
    super(`git ${failure.command} failed (${failure.kind})${stderr ? `: ${lastLine(stderr)}` : ''}`);
    this.name = 'GitError';
    this.command = failure.command;
    this.kind = failure.kind;
    this.exitCode = failure.exitCode;
    this.stderr = stderr;
    this.outcomeUnknown = failure.outcomeUnknown ?? false;
    this.damage = failure.damage;
  }

  /** The same failure seen with more knowledge. */
  with(change: Partial<Pick<GitFailure, 'kind' | 'outcomeUnknown'>>): GitError {
    return new GitError({
      command: this.command,
      kind: change.kind ?? this.kind,
      exitCode: this.exitCode,
      stderr: this.stderr,
      outcomeUnknown: change.outcomeUnknown ?? this.outcomeUnknown,
      damage: this.damage,
    });
  }
}

export function isGitError(error: unknown, kind?: GitErrorKind): error is GitError {
  return error instanceof GitError && (kind === undefined || error.kind === kind);
}

function lastLine(text: string): string {
  const lines = text.trim().split('\n');
  return (lines.findLast((line) => /^(fatal|error|remote):/i.test(line)) ?? lines.at(-1) ?? '').slice(0, 300);
}
