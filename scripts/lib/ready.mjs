import { ensureBuild } from './build.mjs';
import { ensureInstall } from './install.mjs';
import { requireGit, requireNode } from './requirements.mjs';

/** From a fresh clone to a program that can run. Says nothing when nothing had to be done. */
export async function ensureReady(build) {
  requireNode();
  requireGit();
  await ensureInstall();
  await ensureBuild(build);
}
