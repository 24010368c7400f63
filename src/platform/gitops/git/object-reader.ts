import { CatFile, type ObjectContent } from './cat-file';
import { runGit, type GitResult } from './git-process';
import { LOG_FORMAT, type LogEntry, parseLog, parseTrailerScan, trailerFormat } from './history';
import { assertObjectId, zeroIdLike } from './object-id';
import { assertPrefix, assertTreePath } from './paths';
import {
  parseChanges,
  parsePathChanges,
  parseTree,
  type PathChange,
  type TreeChange,
  type TreeEntry,
} from './tree-listing';

export { type LogEntry } from './history';
export { type TreeChange, type TreeEntry } from './tree-listing';

export interface ObjectReaderOptions {
  /** For one answer of the long-lived reader, and for one listing. Default 30 s. */
  timeoutMs?: number;
  /** Default 16 MiB: no manifest is that large, and a blob somebody pushed by mistake must not fill the memory. */
  maxObjectBytes?: number;
}

export interface LogOptions {
  /** Exclusive. */
  from?: string;
  to: string;
  /** Only commits that changed this file or folder. */
  path?: string;
  limit: number;
  /** Commits to pass over first, newest first; for paging. */
  skip?: number;
}

const LISTING_BYTES = 512 * 1024 * 1024;

const BAD_REVISION = /[\u0000-\u001f\u007f]|^-|^$/;

/**
 * Reads a bare repository. Objects come from one long-lived git process with any number of requests under way;
 * listings and history each run one git command. New objects and moved branches are seen at once.
 * Failures are {@link GitError}s: `not_found` for an unknown commit, `corrupt`, `timeout`.
 */
export class ObjectReader {
  private readonly objects: CatFile;
  private readonly timeoutMs: number;

  constructor(
    private readonly gitDir: string,
    options: ObjectReaderOptions = {},
  ) {
    this.timeoutMs = options.timeoutMs ?? 30_000;
    const maxObjectBytes = options.maxObjectBytes ?? 16 * 1024 * 1024;
    this.objects = new CatFile({ gitDir, timeoutMs: this.timeoutMs, maxObjectBytes });
  }

  /** Process id of the long-lived reader while it runs. */
  get pid(): number | undefined {
    return this.objects.pid;
  }

  /** Id of what a revision names (`refs/heads/main`, `<sha>:path`, `<sha>^{tree}`); undefined when it names nothing. */
  async resolve(revision: string): Promise<string | undefined> {
    if (BAD_REVISION.test(revision)) return undefined;
    return (await this.objects.info(revision))?.sha;
  }

  /** One object; undefined when the repository does not have it, or it is larger than `maxObjectBytes`. */
  read(sha: string): Promise<ObjectContent | undefined> {
    return this.objects.contents(assertObjectId(sha));
  }

  /** Those of the objects that exist, in one go. */
  async readMany(shas: Iterable<string>): Promise<Map<string, ObjectContent>> {
    const wanted = [...new Set(shas)];
    const objects = await Promise.all(wanted.map((sha) => this.read(sha)));
    return new Map(wanted.flatMap((sha, index) => (objects[index] === undefined ? [] : [[sha, objects[index]]])));
  }

  /** Every file, symbolic link and submodule under folders of a commit, or under all of it; nothing of a folder that is not there. */
  async listTree(commit: string, ...folders: readonly string[]): Promise<TreeEntry[]> {
    const paths = folders.map(assertPrefix).flatMap(optional);
    const { stdout } = await this.git(['ls-tree', '-r', '-z', '--full-tree', '--', assertObjectId(commit), ...paths]);
    return parseTree(stdout);
  }

  /** What stands at these paths of a commit, folders too; nothing of what is in them. Absent ones are left out. */
  async entriesAt(commit: string, paths: ReadonlySet<string>): Promise<TreeEntry[]> {
    const wanted = [...paths].map(assertTreePath);
    if (wanted.length === 0) return [];
    // -t: a path that leads on to another is shown as well.
    const { stdout } = await this.git(['ls-tree', '-t', '-z', '--full-tree', '--', assertObjectId(commit), ...wanted]);
    return parseTree(stdout).filter(({ path }) => paths.has(path));
  }

  /** What changed from one commit to another; `from` undefined means from nothing. A rename is a deletion and an addition. */
  async diffTrees(from: string | undefined, to: string, prefix = ''): Promise<TreeChange[]> {
    const path = assertPrefix(prefix);
    if (from === undefined) return (await this.listTree(to, path)).map(added);
    const ids = [assertObjectId(from), assertObjectId(to)];
    const { stdout } = await this.git([
      'diff-tree',
      '-r',
      '-z',
      '--raw',
      '--no-renames',
      '--no-abbrev',
      ...ids,
      '--',
      ...optional(path),
    ]);
    return parseChanges(stdout);
  }

  /** Commits reachable from `to` and not from `from`, newest first. */
  async log(options: LogOptions): Promise<LogEntry[]> {
    const path = assertPrefix(options.path ?? '');
    const paging = [`--max-count=${options.limit}`, `--skip=${options.skip ?? 0}`];
    const args = [
      'log',
      '-z',
      '--encoding=UTF-8',
      '--no-show-signature',
      '--no-color',
      ...paging,
      `--format=${LOG_FORMAT}`,
    ];
    const { stdout } = await this.git([...args, ...range(options.from, options.to), '--', ...optional(path)]);
    return parseLog(stdout);
  }

  /** Whether `ancestor` is `descendant` or behind it; false when this repository does not know `ancestor`. */
  async isAncestor(ancestor: string, descendant: string): Promise<boolean> {
    if (assertObjectId(ancestor) === assertObjectId(descendant)) return true;
    if ((await this.resolve(`${ancestor}^{commit}`)) === undefined) return false;
    const { exitCode } = await this.git(['merge-base', '--is-ancestor', ancestor, descendant], [1]);
    return exitCode === 0;
  }

  /** Every value of a trailer, spelled exactly so, in a range (`from` exclusive; undefined: all of `to`) with its commits. */
  async findCommitsByTrailer(key: string, from: string | undefined, to: string): Promise<Map<string, string[]>> {
    if (!/^[A-Za-z0-9-]+$/.test(key)) throw new TypeError('not a trailer key');
    const args = [
      'log',
      '-z',
      '--encoding=UTF-8',
      '--no-show-signature',
      '--no-color',
      `--format=${trailerFormat(key)}`,
    ];
    const { stdout } = await this.git([...args, ...range(from, to), '--']);
    return parseTrailerScan(stdout, key);
  }

  /** Ids of the commits reachable from `to` and not from `from`, parents before children. */
  async listCommits(options: { from?: string; to: string; notBefore?: Date }): Promise<string[]> {
    // Seconds since the epoch: git understands no other form of every date.
    const seconds = Math.floor((options.notBefore?.getTime() ?? 0) / 1000);
    const since = options.notBefore === undefined ? [] : [`--since-as-filter=@${seconds} +0000`];
    const { stdout } = await this.git([
      'rev-list',
      '--topo-order',
      '--reverse',
      ...since,
      ...range(options.from, options.to),
      '--',
    ]);
    return stdout.toString('latin1').split('\n').filter(Boolean);
  }

  /** The commits in the order of their ids. */
  async readCommits(shas: readonly string[]): Promise<LogEntry[]> {
    if (shas.length === 0) return [];
    const args = [
      'log',
      '-z',
      '--no-walk=unsorted',
      '--stdin',
      '--encoding=UTF-8',
      '--no-show-signature',
      '--no-color',
    ];
    const { stdout } = await this.git([...args, `--format=${LOG_FORMAT}`], [], idLines(shas));
    return parseLog(stdout);
  }

  /** What each commit changed against its parent; commits that changed nothing, and merges, are left out. */
  async changedPaths(shas: readonly string[]): Promise<Map<string, PathChange[]>> {
    if (shas.length === 0) return new Map();
    const args = ['diff-tree', '--stdin', '-r', '-z', '--root', '--name-status', '--no-renames'];
    const { stdout } = await this.git(args, [], idLines(shas));
    return parsePathChanges(stdout);
  }

  /** Reads from what is at the path now: the repository there was replaced by another. */
  renew(): void {
    this.objects.renew();
  }

  /** Ends the long-lived process; reads under way fail, and so does every later one. */
  close(): Promise<void> {
    return this.objects.close();
  }

  private git(args: readonly string[], okExitCodes: readonly number[] = [], input?: Buffer): Promise<GitResult> {
    const { gitDir, timeoutMs } = this;
    return runGit(args, { gitDir, timeoutMs, maxBuffer: LISTING_BYTES, okExitCodes, input });
  }
}

/** Ids for a command's standard input: any number of them, and never an option. */
function idLines(shas: readonly string[]): Buffer {
  return Buffer.from(shas.map((sha) => `${assertObjectId(sha)}\n`).join(''));
}

function range(from: string | undefined, to: string): string[] {
  return from === undefined ? [assertObjectId(to)] : [assertObjectId(to), `^${assertObjectId(from)}`];
}

function optional(path: string): string[] {
  return path === '' ? [] : [path];
}

function added(entry: TreeEntry): TreeChange {
  return { path: entry.path, status: 'A', oldSha: zeroIdLike(entry.sha), newSha: entry.sha, mode: entry.mode };
}
