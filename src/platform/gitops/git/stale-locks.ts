import type { Stats } from 'node:fs';
import { readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/** Where git leaves `*.lock` files that would block our writes for good after a power cut or kill. */
const FLAT = ['.', 'objects/pack', 'objects/info', 'objects/info/commit-graphs'];
/** Held for as long as maintenance runs, not for milliseconds. */
const SLOW = /^(?:maintenance|commit-graph|commit-graph-chain|multi-pack-index|gc\.pid)\.lock$/;
const SLOW_STALE_MS = 60 * 60 * 1000;

/** Since when this process knows a lock, by its path. */
interface Sighting {
  /** Tells it from a later lock of the same path. */
  readonly file: string;
  /** Monotonic, in milliseconds. */
  readonly since: number;
}
const sightings = new Map<string, Sighting>();

/**
 * Removes lock files that are older than `olderThanMs` (those of maintenance: an hour) and answers the younger ones. Git writes and
 * renames a ref's lock within milliseconds, so an old one has no owner. Its age is what its date says, or how long this process has
 * seen it, whichever is more: the clock may have been set back since, and then the date says nothing for days.
 */
export async function clearStaleLocks(gitDir: string, olderThanMs: number): Promise<string[]> {
  const [flat, refs] = await Promise.all([
    Promise.all([...FLAT, 'objects'].map((folder) => locksIn(join(gitDir, folder), false))),
    locksIn(join(gitDir, 'refs'), true),
  ]);
  const left: string[] = [];
  for (const path of [...flat.flat(), ...refs]) if (!(await removeIfStale(path, olderThanMs))) left.push(path);
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
  if (ageOf(path, found) <= (slow ? SLOW_STALE_MS : olderThanMs)) return slow;
  sightings.delete(path);
  await unlink(path).catch(() => undefined);
  return true;
}

function ageOf(path: string, { ino, mtimeMs }: Stats): number {
  const now = performance.now();
  const file = `${ino} ${mtimeMs}`;
  const known = sightings.get(path);
  const sighting = known?.file === file ? known : { file, since: now };
  sightings.set(path, sighting);
  return Math.max(Date.now() - mtimeMs, now - sighting.since);
}
