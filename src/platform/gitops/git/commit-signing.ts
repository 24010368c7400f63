import { cleanIdentity, type CommitDraft, commitSeconds, messageBytes } from './fast-import-stream';
import { DURABLE, type GitConfigEntry } from './git-environment';
import { GitError, type GitErrorKind, isGitError } from './git-error';
import { runGit } from './git-process';

export interface Signing {
  format: 'ssh' | 'openpgp';
  /** ssh: path of the private key file. openpgp: key id in the keyring of GNUPGHOME or HOME. */
  key: string;
}

const SIGN_TIMEOUT_MS = 30_000;
/** What may go wrong with the repository; everything else `commit-tree -S` complains about is the key. */
const NOT_THE_KEY: ReadonlySet<GitErrorKind> = new Set(['full_here', 'timeout', 'aborted', 'corrupt', 'too_large']);

/**
 * The same commits again, each signed: same tree, author, committer, date and message, chained onto the signed ones.
 * Costs two processes a commit, one after the other, because each id depends on the one before.
 */
export async function signCommits(
  gitDir: string,
  base: string | undefined,
  drafts: readonly CommitDraft[],
  unsigned: readonly string[],
  signing: Signing,
): Promise<string[]> {
  const trees = await treesOf(gitDir, unsigned);
  const signed: string[] = [];
  for (const [index, draft] of drafts.entries()) {
    const parent = index === 0 ? base : signed[index - 1];
    signed.push(await signCommit(gitDir, draft, trees[index] ?? '', parent, signing));
  }
  return signed;
}

/**
 * Signs a commit that nothing will ever refer to, so that a key that does not work is known before anybody waits for it.
 * @throws GitError `signing` with the reason of ssh-keygen or gpg.
 */
export async function assertCanSign(gitDir: string, signing: Signing): Promise<void> {
  const { stdout } = await runGit(['mktree'], { gitDir, timeoutMs: SIGN_TIMEOUT_MS });
  const nobody = { name: 'mctl', email: 'mctl@localhost' };
  const trial = { changes: [], message: 'trial', author: nobody, committer: nobody, at: new Date(0) };
  await signCommit(gitDir, trial, stdout.toString('latin1').trim(), undefined, signing);
}

async function treesOf(gitDir: string, commits: readonly string[]): Promise<string[]> {
  const args = ['rev-parse', ...commits.map((sha) => `${sha}^{tree}`)];
  const { stdout } = await runGit(args, { gitDir, timeoutMs: SIGN_TIMEOUT_MS });
  return stdout.toString('latin1').trim().split('\n');
}

async function signCommit(
  gitDir: string,
  draft: CommitDraft,
  tree: string,
  parent: string | undefined,
  { format, key }: Signing,
): Promise<string> {
  const config: GitConfigEntry[] = [...DURABLE, ['gpg.format', format], ['user.signingKey', key]];
  const parents = parent === undefined ? [] : ['-p', parent];
  const { stdout } = await runGit(['commit-tree', '-S', tree, ...parents, '-F', '-'], {
    gitDir,
    config,
    env: identityEnvironment(draft),
    input: messageBytes(draft.message),
    timeoutMs: SIGN_TIMEOUT_MS,
  }).catch((error: unknown) => {
    throw isGitError(error) && !NOT_THE_KEY.has(error.kind) ? error.with({ kind: 'signing' }) : error;
  });
  const sha = stdout.toString('latin1').trim();
  if (sha === '') throw new GitError({ command: 'commit-tree', kind: 'unknown' });
  return sha;
}

function identityEnvironment(draft: CommitDraft): Record<string, string> {
  const author = cleanIdentity(draft.author);
  const committer = cleanIdentity(draft.committer);
  const date = `@${commitSeconds(draft.at)} +0000`;
  return {
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: committer.name,
    GIT_COMMITTER_EMAIL: committer.email,
    GIT_COMMITTER_DATE: date,
  };
}
