import { type Stats, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** What a path is; undefined where nothing is there. @throws whatever else the system says, e.g. ENOTDIR, EACCES. */
export function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

/** The path itself, or the nearest folder above it that exists: where it would be created. */
export function nearestExisting(path: string): string {
  let folder = path;
  while (statOf(folder) === undefined && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

/** Permission bits as `chmod` takes them, e.g. `0755`. */
export function modeText(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}

export interface Space {
  readonly freeBytes: number;
  /** Undefined where the file system does not count them (btrfs, some network ones). */
  readonly freeInodes: number | undefined;
  /** `f_type` of statfs(2): Linux only, elsewhere it means something else. */
  readonly type: number;
}

export function spaceAt(path: string): Space {
  const { bavail, bsize, files, ffree, type } = statfsSync(path);
  return { freeBytes: bavail * bsize, freeInodes: files === 0 ? undefined : ffree, type };
}
