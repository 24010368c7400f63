import { randomBytes } from 'node:crypto';
import { type CommitDraft, fastImportStream } from './fast-import-stream';
import { DURABLE, type GitConfigEntry } from './git-environment';
import { GitError } from './git-error';
import { runGit } from './git-process';
import { assertObjectId, isObjectId } from './object-id';
import { type Signing, signCommits } from './commit-signing';

export { type Signing } from './commit-signing';
export { type CommitDraft, type FileChange, type Identity } from './fast-import-stream';

const WRITE_TIMEOUT_MS = 60_000;

/**
 * Fast-import turns a batch of fewer objects than this into loose objects and keeps a larger one as a pack. A commit
 * of ours is about seven objects. Flushing a pack costs three writes however large it is, flushing loose objects one
 * each, so under load (large batches) packs are several times faster; but every reader searches every pack, so the
 * single commits of a quiet hour stay loose. Maintenance brings both together.
 */
const UNPACK: GitConfigEntry = ['fastimport.unpackLimit', '20'];

/**
 * Writes the commits as a chain onto `base` (undefined: onto nothing) with one git process and answers their ids in
 * order. They are on disk, flushed, when this resolves, but no ref names them: publishing is the remote's part.
 * Unreferenced objects stay: {@link BareRepository.maintain} never prunes, and a manual `git gc` keeps them two weeks.
 * @throws TypeError for a draft that cannot be written as it stands; GitError `not_found` when `base` does not exist.
 */
export async function writeCommits(
  gitDir: string,
  base: string | undefined,
  commits: readonly CommitDraft[],
  signing?: Signing,
): Promise<string[]> {
  if (commits.length === 0) return [];
  if (base !== undefined) assertObjectId(base);
  const stagingRef = `refs/mctl/staging/${randomBytes(8).toString('hex')}`;
  const { stdout } = await runGit(['fast-import', '--quiet', '--done', '--date-format=raw'], {
    gitDir,
    input: fastImportStream(stagingRef, base, commits),
    config: [...DURABLE, UNPACK],
    timeoutMs: WRITE_TIMEOUT_MS,
  });
  const ids = stdout.toString('latin1').trim().split('\n');
  if (ids.length !== commits.length || !ids.every(isObjectId)) {
    throw new GitError({
      command: 'fast-import',
      kind: 'unknown',
      stderr: 'error: it did not answer one id for each commit',
    });
  }
  return signing === undefined ? ids : signCommits(gitDir, base, commits, ids, signing);
}
