import { readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/** Where git leaves `*.lock` files that would block our writes for good after a power cut or kill. */
const FLAT = ['.', 'objects/pack', 'objects/info', 'objects/info/commit-graphs'];
/** Held for as long as maintenance runs, not for milliseconds. */
const SLOW = /^(?:maintenance|commit-graph|commit-graph-chain|multi-pack-index|gc\.pid)\.lock$/;
const SLOW_STALE_MS = 60 * 60 * 1000;

/**
 * Removes lock files last touched more than `olderThanMs` ago (those of maintenance: an hour) and answers how many
 * younger ones are left. Git writes and renames a ref's lock within milliseconds, so an old one has no owner.
 */
export async function clearStaleLocks(gitDir: string, olderThanMs: number): Promise<number> {
  const [flat, refs] = await Promise.all([
    Promise.all([...FLAT, 'objects'].map((folder) => locksIn(join(gitDir, folder), false))),
    locksIn(join(gitDir, 'refs'), true),
  ]);
  let left = 0;
  for (const path of [...flat.flat(), ...refs]) left += (await removeIfStale(path, olderThanMs)) ? 0 : 1;
  return left;
}

async function locksIn(folder: string, recursive: boolean): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.lock'))
    .map((entry) => join(entry.parentPath, entry.name));
}

async function removeIfStale(path: string, olderThanMs: number): Promise<boolean> {
  const slow = SLOW.test(path.slice(path.lastIndexOf('/') + 1));
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return true;
  if (Date.now() - found.mtimeMs <= (slow ? SLOW_STALE_MS : olderThanMs)) return slow;
  await unlink(path).catch(() => undefined);
  return true;
}
