import type { GitErrorKind } from './git-error';

type Rules = readonly (readonly [GitErrorKind, RegExp])[];

/** What a failed git command printed (LC_ALL=C). */
export interface FailureText {
  /** The subcommand. */
  readonly command: string;
  readonly stderr: string;
  /** Why the remote refused the branch, from `git push --porcelain`: unlike stderr no hook can write into it. */
  readonly report?: string;
}

/**
 * A remote that declines has reasons of its own and says them in lines of its own. Wordings of GitHub (GH006, GH009, GH013), GitLab,
 * Gitea and Forgejo, Bitbucket and Azure DevOps (TF40…).
 */
const DECLINED: Rules = [
  ['full', /exceed\w*\b.*\b(storage|size limit|quota)|quota exceeded|storage limit/i],
  ['secret_found', /GH009\b|secrets? detected|cannot contain secrets|push blocked: secret/i],
  ['unsigned', /must (be signed|have verified signatures)|unverified commit|commits? (is|are) not signed/i],
  ['read_only', /read-only|archived/i],
  [
    'protected',
    /protected (branch|from)|GH006\b|TF40\d{4}|through a pull request|permission denied to update branch|not allowed to (force )?push/i,
  ],
];

/** Commands that talk to the remote; all others touch this machine only. */
const REMOTE_COMMANDS: ReadonlySet<string> = new Set(['fetch', 'push', 'ls-remote']);
/** What a fetch says of the repository that it writes to. */
const OUR_FOLDER =
  /insufficient permission for adding an object|unable to create (temporary|'.*\.lock').*(permission denied|read-only)/i;

/** A refusal by a hook or rule, told from what git itself refuses. */
const IS_DECLINED = /hook declined|push declined|GH0(06|09|13)\b|repository rule violations|TF40\d{4}/i;

/** First match wins, so a rule that names the cause stands before one that only names its consequence. */
const RULES: Rules = [
  ['host_key_changed', /remote host identification has changed|host key for .* has changed/i],
  ['host_key', /host key verification failed|no .* host key is known/i],
  ['key_open', /unprotected private key file|load key .*bad permissions/i],
  ['key_missing', /no such identity|load key .*(permission denied|no such file)/i],
  ['key_invalid', /load key ".*":/i],
  ['full', /no space left on device|disk quota exceeded|file too large|died of signal 25/i],
  ['unwritable', /unable to create temporary object directory/i],
  ['read_only', /read-only|marked as read.only|archived/i],
  // The second is a work tree with `denyCurrentBranch=updateInstead` that somebody has changes in.
  ['checked_out', /denyCurrentBranch|branch is currently checked out|working directory has (un)?staged changes/i],
  ['protected', /deletion of the current branch|protected branch/i],
  ['object_format', /mismatched algorithms|does not support this repository's hash algorithm/i],
  ['foreign', /dubious ownership/i],
  ['busy', /returned error: 429|too many requests|rate limit/i],
  [
    'denied',
    /authentication failed|could not read (username|password)|returned error: 40[13]|access denied|write access to repository not granted|permission to \S+ denied|not allowed to push|service not enabled|insufficient permission|permission denied/i,
  ],
  ['redirected', /returned error: 30[12378]|unable to update url base from redirection/i],
  ['not_git', /bad line length|invalid server response|not valid: is this a git repository|git-http-push failed/i],
  ['branch_gone', /couldn't find remote ref/i],
  ['not_found', /repository not found|repository '.*' not found|returned error: (404|410)/i],
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
    /is corrupt|corrupted|object file .* is empty|inflate: |fsck error|necessary objects|unable to read (tree|sha1|[0-9a-f]{40})|can't load tree|could not read [0-9a-f]{40}|traverse parents|missing (blob|tree|commit)|bad tree object|packfile .* cannot be accessed|bad (pack|object) header/i,
  ],
  ['not_found', /bad object|not a (tree|commit|valid)|not a valid|(unknown|bad) revision|invalid object name/i],
  ['server_error', /returned error: \d{3}|http 5\d\d/i],
  ['unresolved', /could(n't| not) resolve/i],
  [
    'certificate',
    /certificate verif|certificate problem|ssl certificate|certificate subject name|no alternative certificate|ssl ca cert|self.signed certificate|unable to get local issuer/i,
  ],
  [
    'unreachable',
    /failed to connect|couldn't connect|connection (refused|timed out)|connect to host|operation timed out|network is unreachable|no route to host|timed out/i,
  ],
  [
    'interrupted',
    /connection (reset|closed)|ssl|tls|empty reply|hung up|early eof|rpc failed|unexpected disconnect|could not read from remote|unable to access|recv failure|send failure|transfer closed|broken pipe/i,
  ],
];

/** Kind of a failure; `unknown` where no rule knows it. */
export function classifyFailure({ command, stderr, report = '' }: FailureText): GitErrorKind {
  const remote = linesOf(stderr, true);
  if (IS_DECLINED.test(report || remote)) return first(DECLINED, `${report}\n${remote}`) ?? 'declined';
  const kind = first(RULES, report || stderr) ?? 'unknown';
  if (isOurDisk(command, kind, remote)) return 'full_here';
  return isOurFolder(command, kind, stderr) ? 'unwritable_here' : kind;
}

/** A push writes over there; everything else writes here, unless it is the other side that complains. */
function isOurDisk(command: string, kind: GitErrorKind, remote: string): boolean {
  return kind === 'full' && command !== 'push' && first(RULES, remote) !== 'full';
}

function isOurFolder(command: string, kind: GitErrorKind, stderr: string): boolean {
  if (kind !== 'denied' && kind !== 'read_only') return false;
  if (!REMOTE_COMMANDS.has(command)) return true;
  return command === 'fetch' && OUR_FOLDER.test(linesOf(stderr, false));
}

function first(rules: Rules, text: string): GitErrorKind | undefined {
  return rules.find(([, pattern]) => pattern.test(text))?.[0];
}

function linesOf(stderr: string, isRemote: boolean): string {
  return stderr
    .split('\n')
    .filter((line) => line.startsWith('remote: ') === isRemote)
    .join('\n');
}
