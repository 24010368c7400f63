import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runGit } from './git-process';

/**
 * The first git that has all that this folder asks of it, as major and minor. The latest arrival is `cat-file --batch-command -z`:
 * `-z` came with 2.38.0 (git commit db9d67f2e9), `--batch-command` with 2.36. Older needs: `core.fsyncMethod=batch` 2.37,
 * ssh signatures 2.34, `repack --geometric` and `GIT_CONFIG_GLOBAL` 2.32, `GIT_CONFIG_COUNT` 2.31, `fetch --no-write-fetch-head` 2.29.
 */
export const OLDEST_GIT = [2, 38] as const;

/** What `git --version` prints, e.g. `git version 2.39.5 (Apple Git-154)`. @throws GitError where git cannot be started. */
export async function installedGit(timeoutMs: number): Promise<string> {
  const { stdout } = await runGit(['--version'], { timeoutMs });
  return stdout.toString('utf8').trim();
}

/** Whether git has the program that serves a repository over HTTP: some distributions have it in a package of its own. */
export async function hasHttpBackend(timeoutMs: number): Promise<boolean> {
  const { stdout } = await runGit(['--exec-path'], { timeoutMs });
  return existsSync(join(stdout.toString('utf8').trim(), 'git-http-backend'));
}
