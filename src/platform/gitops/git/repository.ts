import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DURABLE } from './git-environment';
import { GitError } from './git-error';
import { runGit } from './git-process';
import { assertBranchName } from './object-id';
import { waitForLocks } from './wait-for-locks';

const SETUP_TIMEOUT_MS = 30_000;
const MAINTENANCE_TIMEOUT_MS = 15 * 60_000;
const PACK_LIMIT = 100;
const LOOSE_LIMIT = 6_000;
const LEFTOVER_MS = 24 * 60 * 60 * 1000;
/** A git child that outlived a killed server finishes its ref update well within the patience. */
const LOCKS = { patienceMs: 10_000, limitMs: 30_000 };
const DAMAGED = '.damaged-';

const SETTINGS: readonly (readonly [string, string])[] = [
  // Maintenance happens when MCTL says so, never in the middle of a push.
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['repack.writeBitmaps', 'false'],
  ['receive.autogc', 'false'],
  // Where the branch was, should anybody ever move it by hand.
  ['core.logAllRefUpdates', 'true'],
  // For people who push to the embedded repository themselves.
  ['receive.denyNonFastForwards', 'true'],
  ['receive.denyDeletes', 'true'],
  ['receive.fsckObjects', 'true'],
  // A mirror takes histories as they are: one odd date of years ago, which no checkout minds, would keep all of it out. Said and not
  // left to git's default, because repositories made by earlier versions have `transfer.fsckObjects`, and this one wins over it.
  ['fetch.fsckObjects', 'false'],
  ...DURABLE,
];

/** A bare repository under the data folder. */
export interface BareRepository {
  readonly gitDir: string;
  readonly branch: string;
  /**
   * Packs loose objects, merges packs, renews the commit graph (with changed-path filters). Deletes only what is in
   * another pack by then, so it runs beside readers and writers; unreachable objects are kept.
   */
  maintain(): Promise<void>;
  /** Cheap enough to ask every minute: many packs or loose objects have gathered. */
  needsMaintenance(): Promise<boolean>;
}

/**
 * Opens the bare repository at `dir`, creating it first when it is not there. A new one is complete before it gets
 * its name, so a crash leaves either nothing or a whole repository. Locks left by a killed process are cleared.
 * One server process owns the folder.
 * @throws GitError `corrupt` when `dir` holds something else, or a repository without the files that make it one.
 */
export async function openBareRepository(dir: string, branch: string): Promise<BareRepository> {
  assertBranchName(branch);
  if (await isAbsentOrEmpty(dir)) await create(dir, branch);
  if (!(await isRepository(dir))) {
    throw new GitError({ command: 'init', kind: 'corrupt', stderr: `fatal: ${dir} is not a bare git repository` });
  }
  await waitForLocks(dir, LOCKS);
  await configure(dir);
  return { gitDir: dir, branch, maintain: () => maintain(dir), needsMaintenance: () => needsMaintenance(dir) };
}

/**
 * Puts a new, empty repository in the place of the one at `dir`, for which nothing is lost by it: a mirror. What was there is kept as
 * `<dir>.damaged-<time>`, one such copy at most: another one could fill the disk.
 */
export async function replaceBareRepository(dir: string, branch: string): Promise<BareRepository> {
  const copies = `${basename(dir)}${DAMAGED}`;
  for (const name of (await readdir(dirname(dir))).filter((entry) => entry.startsWith(copies))) {
    await rm(join(dirname(dir), name), { recursive: true, force: true });
  }
  await create(dir, branch, `${dir}${DAMAGED}${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')}`);
  return openBareRepository(dir, branch);
}

/** A folder that somebody removed is as good as moved. */
async function moveAway(dir: string, aside: string): Promise<void> {
  await rename(dir, aside).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  });
}

/** @param aside where to put what is at `dir`, at the last moment: whoever reads meanwhile finds one or the other. */
async function create(dir: string, branch: string, aside?: string): Promise<void> {
  await mkdir(dirname(dir), { recursive: true });
  const prefix = `.${basename(dir)}.new-`;
  const siblings = await readdir(dirname(dir));
  for (const name of siblings.filter((entry) => entry.startsWith(prefix))) {
    await rm(join(dirname(dir), name), { recursive: true, force: true });
  }
  const unfinished = join(dirname(dir), `${prefix}${randomBytes(6).toString('hex')}`);
  await runGit(['init', '--quiet', '--bare', '--template=', `--initial-branch=${branch}`, unfinished], {
    timeoutMs: SETUP_TIMEOUT_MS,
  });
  if (aside !== undefined) await moveAway(dir, aside);
  await rename(unfinished, dir).catch(async (error: unknown) => {
    await rm(unfinished, { recursive: true, force: true });
    // Somebody else was faster; what they made is looked at like any other.
    if (!(await isRepository(dir))) throw error;
  });
}

async function configure(gitDir: string): Promise<void> {
  const { stdout } = await runGit(['config', '--local', '--list', '-z'], { gitDir, timeoutMs: SETUP_TIMEOUT_MS });
  const present = new Set(stdout.toString('utf8').split('\0'));
  for (const [key, value] of SETTINGS) {
    if (present.has(`${key.toLowerCase()}\n${value}`)) continue;
    await runGit(['config', '--local', key, value], { gitDir, timeoutMs: SETUP_TIMEOUT_MS });
  }
}

async function maintain(gitDir: string): Promise<void> {
  const options = { gitDir, timeoutMs: MAINTENANCE_TIMEOUT_MS };
  await removeLeftovers(gitDir);
  await runGit(['maintenance', 'run', '--quiet', '--task=loose-objects'], options);
  // Rolls small packs up so that few are left, without rewriting the large ones each time. Takes unreachable objects along.
  await runGit(['repack', '-d', '-q', '--geometric=2'], options);
  await runGit(['commit-graph', 'write', '--reachable', '--split', '--changed-paths', '--no-progress'], options);
  await runGit(['reflog', 'expire', '--expire=90.days', '--all'], options);
}

async function needsMaintenance(gitDir: string): Promise<boolean> {
  // Ids are evenly spread, so one of the 256 folders tells about all (git gc --auto looks at the same one).
  const sample = await readdir(join(gitDir, 'objects/17')).catch(() => []);
  return sample.length > LOOSE_LIMIT / 256 || (await countPacks(gitDir)) > PACK_LIMIT;
}

async function countPacks(gitDir: string): Promise<number> {
  const names = await readdir(join(gitDir, 'objects/pack')).catch(() => []);
  return names.filter((name) => name.endsWith('.pack')).length;
}

/** Temporary files of git processes that were killed; git itself removes them in `gc` only, which never runs here. */
async function removeLeftovers(gitDir: string): Promise<void> {
  for (const folder of ['.', 'objects', 'objects/pack']) {
    const names = await readdir(join(gitDir, folder)).catch(() => []);
    for (const name of names.filter((entry) => /^(?:\.?tmp[-_]|fast_import_crash_)/.test(entry))) {
      const path = join(gitDir, folder, name);
      const found = await stat(path).catch(() => undefined);
      if (found !== undefined && Date.now() - found.mtimeMs > LEFTOVER_MS) {
        await rm(path, { recursive: true, force: true });
      }
    }
  }
}

async function isAbsentOrEmpty(dir: string): Promise<boolean> {
  try {
    return (await readdir(dir)).length === 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
}

async function isRepository(dir: string): Promise<boolean> {
  const options = { gitDir: dir, timeoutMs: SETUP_TIMEOUT_MS, okExitCodes: [128] };
  const { stdout } = await runGit(['rev-parse', '--is-bare-repository'], options);
  return stdout.toString('latin1').trim() === 'true';
}
