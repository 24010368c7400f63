/**
 * What went wrong, as far as the caller's next step depends on it.
 * `rejected`: the branch is not where the caller thought (or another writer holds it): look again and retry.
 * `aborted`: stopped by the caller. `too_large`: a listing over its limit.
 */
export type GitErrorKind =
  | 'rejected'
  | 'protected'
  | 'denied'
  | 'not_found'
  | 'unreachable'
  | 'host_key'
  | 'full'
  | 'corrupt'
  | 'timeout'
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
}

/** The one error this layer throws for anything git did or could not do. Safe to log: it never holds a credential. */
export class GitError extends Error {
  readonly command: string;
  readonly kind: GitErrorKind;
  readonly exitCode: number | undefined;
  readonly stderr: string;
  readonly outcomeUnknown: boolean;

  constructor(failure: GitFailure) {
    const stderr = failure.stderr ?? '';
    super(`git ${failure.command} failed (${failure.kind})${stderr ? `: ${lastLine(stderr)}` : ''}`);
    this.name = 'GitError';
    this.command = failure.command;
    this.kind = failure.kind;
    this.exitCode = failure.exitCode;
    this.stderr = stderr;
    this.outcomeUnknown = failure.outcomeUnknown ?? false;
  }

  /** The same failure seen with more knowledge. */
  with(change: Partial<Pick<GitFailure, 'kind' | 'outcomeUnknown'>>): GitError {
    return new GitError({
      command: this.command,
      kind: change.kind ?? this.kind,
      exitCode: this.exitCode,
      stderr: this.stderr,
      outcomeUnknown: change.outcomeUnknown ?? this.outcomeUnknown,
    });
  }
}

export function isGitError(error: unknown, kind?: GitErrorKind): error is GitError {
  return error instanceof GitError && (kind === undefined || error.kind === kind);
}

/** First match wins, so a rule that names the cause stands before one that only names its consequence. */
const RULES: readonly (readonly [GitErrorKind, RegExp])[] = [
  ['host_key', /host key verification failed|remote host identification has changed|no .* host key is known/i],
  ['full', /no space left on device|disk quota exceeded|file too large/i],
  [
    'protected',
    /protected branch|hook declined|GH0(06|13)\b|repository rule violations|TF40\d{4}|denyCurrentBranch|deletion of the current branch/i,
  ],
  [
    'denied',
    /authentication failed|could not read (username|password)|returned error: 40[13]|access denied|write access to repository not granted|permission to \S+ denied|marked as read.only|read-only file system|dubious ownership|service not enabled|insufficient permission|permission denied/i,
  ],
  [
    'not_found',
    /couldn't find remote ref|repository not found|repository '.*' not found|returned error: (404|410|30[1278])/i,
  ],
  [
    'not_found',
    /not a git repository|does not appear to be a git repository|no such (repository|project)|does not exist/i,
  ],
  ['rejected', /stale info|non-fast-forward|fetch first|needs force|already exists|\.lock': file exists/i],
  [
    'rejected',
    /cannot lock ref|failed to update ref|incorrect old value|but expected|remote ref updated since checkout/i,
  ],
  [
    'corrupt',
    /is corrupt|corrupted|object file .* is empty|inflate: |fsck error|necessary objects|unable to read (tree|sha1|[0-9a-f]{40})|missing (blob|tree|commit)|bad tree object|packfile .* cannot be accessed|bad (pack|object) header/i,
  ],
  ['not_found', /bad object|not a (tree|commit|valid)|not a valid|(unknown|bad) revision|invalid object name/i],
  [
    'unreachable',
    /could(n't| not) resolve|failed to connect|couldn't connect|connection (refused|timed out|reset|closed)|operation timed out|network is unreachable|no route to host|timed out/i,
  ],
  [
    'unreachable',
    /ssl|tls|certificate|empty reply|returned error: 5\d\d|hung up|early eof|rpc failed|unexpected disconnect|could not read from remote|unable to access|recv failure|transfer closed/i,
  ],
];

/** Kind of a failure from what git printed (LC_ALL=C). */
export function classifyFailure(text: string): GitErrorKind {
  return RULES.find(([, pattern]) => pattern.test(text))?.[0] ?? 'unknown';
}

function lastLine(text: string): string {
  const lines = text.trim().split('\n');
  return (lines.findLast((line) => /^(fatal|error|remote):/i.test(line)) ?? lines.at(-1) ?? '').slice(0, 300);
}
