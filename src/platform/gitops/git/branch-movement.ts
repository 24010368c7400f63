import { runGit } from './git-process';
import { assertObjectId } from './object-id';

const TIMEOUT_MS = 30_000;

/**
 * Whether the branch went from one commit to another by commits of others alone, and none of them touched anything below a folder:
 * then whatever was planned on the first from files of that folder is planned on the second as well.
 * False, too, where the history was written anew, and where a commit carries an Operation-Id: it may be one of ours.
 *
 * @param folder without slashes at its ends; empty = the top.
 */
export async function movedAside(gitDir: string, from: string, to: string, folder: string): Promise<boolean> {
  const range = `${assertObjectId(from)}...${assertObjectId(to)}`;
  const shape = ['-z', '-m', '--name-only', '--no-renames', '--encoding=UTF-8', '--no-show-signature', '--no-color'];
  // %m is ">" for a commit that came, "<" for one that is gone.
  const format = '--format=%m%(trailers:key=Operation-Id,valueonly,separator=%x2C)';
  const { stdout } = await runGit(['log', '--left-right', ...shape, format, range, '--'], {
    gitDir,
    timeoutMs: TIMEOUT_MS,
  });
  const fields = stdout.toString('utf8').split('\0');
  return fields.map((field) => field.replace(/^\n/, '')).every((field) => isAside(field, folder));
}

/** One commit's mark and operation, or one path. A path that looks like a mark is taken for one: planning again does no harm. */
function isAside(field: string, folder: string): boolean {
  if (field === '' || field === '>') return true;
  const isCommit = field.startsWith('>') || field.startsWith('<');
  // Also what comes in the place of the folder, or of one above it.
  return !isCommit && folder !== '' && !field.startsWith(`${folder}/`) && !`${folder}/`.startsWith(`${field}/`);
}
