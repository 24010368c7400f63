import { basename } from 'node:path';
import { type BareRepository, GitError, isGitError, openBareRepository } from './git';

/** Opens the embedded repository. @throws GitError `corrupt` with what to do: nothing else has what was in it. */
export async function openEmbedded(gitDir: string, branch: string): Promise<BareRepository> {
  try {
    return await openBareRepository(gitDir, branch);
  } catch (error) {
    if (!isGitError(error, 'corrupt')) throw error;
    const { command, kind, stderr } = error;
    const name = basename(gitDir);
    throw new GitError({
      ...{ command, kind, stderr },
      damage: {
        what: `It is the embedded one: ${name} is no bare repository any more (its HEAD, config, objects or refs are broken).`,
        fix: `Restore ${name} below MCTL_DATA_DIR from a backup.`,
      },
    });
  }
}
