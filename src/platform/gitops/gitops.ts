import { setTimeout as sleep } from 'node:timers/promises';
import { Unavailable } from '../errors';
import { log } from '../logging';
import { commits, pushRetries } from '../metrics/instruments';
import {
  type CommitDraft,
  GitError,
  isGitError,
  type LogEntry,
  movedAside,
  type ObjectReader,
  type Remote,
  type Signing,
  writeCommits,
} from './git';
import { CommitHistory } from './commit-history';
import { Contention } from './contention';
import { FileIndex } from './file-index';
import { explainGitError } from './git-fault';
import { loadFiles, repositoryFile, requireFolders, updateFiles, withMode } from './load-files';
import { FirstReading } from './first-reading';
import type { Layout } from './layout';
import { asDamage, type MirrorRepair } from './mirror-repair';
import { Mutex } from './mutex';
import { type Outage, RemoteContact } from './remote-contact';
import { type PlatformFacts, World } from './world';

export interface GitopsOptions {
  readonly gitDir: string;
  readonly layout: Layout;
  readonly platform: PlatformFacts;
  readonly maxStalenessMs: number;
  /** True where asking the remote costs nothing, so that every read may do it. */
  readonly isLocal: boolean;
  readonly signing?: Signing;
  /** For a mirror of a remote. */
  readonly mirror?: MirrorRepair;
}

/** Steps of a batch on its way to the branch, for progress and for tests that interrupt it. */
export type BatchStep = 'planned' | 'committed' | 'pushed';

/** Plans a batch on the head of this attempt; more commits than there is room for may come to nothing. */
export type Build = (world: World, room: number) => Promise<readonly CommitDraft[]>;

/** What one batch has planned so far, and on which head. */
interface Batch {
  head?: string;
  drafts: readonly CommitDraft[];
}

export interface Revision {
  readonly commit: string;
  readonly at: string;
  readonly by: string;
  readonly text: string;
  /** The operation that made it; absent where a person did. */
  readonly operation?: string;
}

/** The GitOps repository: a read model of the branch's head, and the only writer of commits. */
export class Gitops {
  private files = new FileIndex();
  private readonly mutex = new Mutex();
  private head: string | undefined;
  /** It was made since the files were last read. */
  private isMirrorNew = false;
  private lastSync = 0;
  private readonly contention = new Contention();
  private readonly contact = new RemoteContact();
  /** Until the first state is known. */
  private first: FirstReading | undefined = new FirstReading();
  /** Shared by all who wait for it: each asking for itself would fetch once more. */
  private initial: Promise<World> | undefined;

  constructor(
    private readonly reader: ObjectReader,
    private readonly remote: Remote,
    private readonly options: GitopsOptions,
  ) {}

  /** Where the repository is, without credentials. */
  describe(): string {
    return this.remote.describe();
  }

  /** The commits as they are known here; `refresh` first asks the remote for the newest. */
  get commits(): CommitHistory {
    return new CommitHistory(this.reader);
  }

  get layout(): Layout {
    return this.options.layout;
  }

  /** How long ago the remote was last asked successfully, in seconds; undefined before the first time. */
  get secondsSinceSync(): number | undefined {
    return this.lastSync === 0 ? undefined : (Date.now() - this.lastSync) / 1000;
  }

  /** Why the last ask of the remote failed; undefined where it went well. `world` may answer all the same, from what is known. */
  get failing(): Outage | undefined {
    return this.contact.failing;
  }

  get fileCount(): number {
    return this.files.size;
  }

  /** How far the first reading is; undefined when it is done. */
  get firstReading(): string | undefined {
    return this.first?.describe();
  }

  /**
   * The desired state as last known.
   * @throws Unavailable where the repository is still being read for the first time, or the remote has not answered for longer than
   * allowed: roles could be out of date.
   */
  async world(): Promise<World> {
    if (this.first) return this.first.orTooLong((this.initial ??= this.readFirst()));
    if (this.options.isLocal) return (await this.isCurrent()) ? this.snapshot() : this.refresh();
    if (Date.now() - this.lastSync > this.options.maxStalenessMs) {
      throw new Unavailable(
        'The GitOps remote has not answered for too long, so roles and desired state cannot be trusted.',
        {
          code: 'gitops_stale',
          fix: 'Reads and writes resume by themselves when the remote is back.',
          retryAfterSeconds: 15,
        },
      );
    }
    return this.snapshot();
  }

  /** The desired state as last known, without asking anybody; undefined before the first reading. */
  known(): World | undefined {
    return this.head === undefined ? undefined : this.snapshot();
  }

  /** Asks the remote and answers the newest state. @throws Unavailable or Conflict with the reason where it cannot. */
  async refresh(): Promise<World> {
    try {
      return await this.mutex.run(() => this.sync());
    } catch (error) {
      throw error instanceof GitError ? explainGitError(error) : error;
    }
  }

  /** Sees to it that a commit that somebody else has published is known here. @throws Unavailable or Conflict where the remote cannot be asked. */
  async catchUp(commit: string): Promise<void> {
    if ((await this.commits.resolve(commit)) === undefined) await this.refresh();
  }

  /** Most operations worth taking into the next batch: fewer while others keep moving the branch. */
  get room(): number {
    return this.contention.room;
  }

  /**
   * Puts commits on the newest head, each the child of the one before, and publishes them together by compare-and-swap. Where the
   * branch moved meanwhile, `build` is asked again, unless what came is none of ours and touched nothing below our folder: changes are
   * planned anew, never merged as text. What moved it may have been an earlier push of the same batch that outlived its connection or
   * its process, so `build` must look for its operations then.
   *
   * @returns ids in the order of the drafts; every one of them is on the remote. Fewer than drafts where the branch is contended: the
   *   first ones, and the others are for the next batch.
   * @throws GitError as git met it; with `outcomeUnknown` the batch may be on the branch all the same, or still arrive there.
   */
  commit(build: Build, observe: (step: BatchStep) => Promise<void>): Promise<string[]> {
    return this.mutex.run(async () => {
      const batch: Batch = { drafts: [] };
      for (let attempt = 1; ; attempt++) {
        try {
          return await this.mended(() => this.tryCommit(build, observe, batch));
        } catch (error) {
          if (!isGitError(error, 'rejected') || !this.contention.lost(batch.drafts.length, attempt)) throw error;
          pushRetries.inc();
          log.debug({ attempt, room: this.room }, 'somebody else was faster');
          await sleep(this.contention.pauseMs);
        }
      }
    });
  }

  /** Versions of one file on the branch since it was last created, newest first. Empty where it does not exist. */
  async history(path: string, limit: number): Promise<Revision[]> {
    // Asking for the world again would wait for ever where a commit plans: it holds the branch, and has just looked.
    const head = this.head ?? (await this.world()).head;
    if (!head) return [];
    const entries = await this.reader.log({ to: head, path, limit });
    const versions = await Promise.all(entries.map((entry) => this.revision(entry, path)));
    const deletion = versions.indexOf(undefined);
    return (deletion === -1 ? versions : versions.slice(0, deletion)) as Revision[];
  }

  /**
   * Commits by the Operation-Id they carry, newest first, after `base` (exclusive); whether the operation made them is not asked here.
   * From the beginning where there is no base, or none that is known any more: the history was written anew, or the mirror is another.
   */
  async findOperations(base: string | undefined, head: string): Promise<Map<string, string[]>> {
    const known = base === undefined ? undefined : await this.reader.resolve(`${base}^{commit}`);
    return this.reader.findCommitsByTrailer('Operation-Id', known, head);
  }

  /** Texts of any files at the head as last known, also of those the read model leaves out. Absent ones are left out. */
  async readAtHead(paths: readonly string[]): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    if (this.head === undefined) return found;
    for (const path of paths) {
      const text = await this.textAt(this.head, path);
      if (text !== undefined) found.set(path, text);
    }
    return found;
  }

  /** @throws Conflict `unreadable_file` where at the head as last known no folder is above one of these files, but something else. */
  async mustHaveFolders(paths: readonly string[]): Promise<void> {
    if (this.head !== undefined) await requireFolders(this.reader, this.head, paths);
  }

  close(): Promise<void> {
    return this.mutex.run(() => this.reader.close());
  }

  private async tryCommit(build: Build, observe: (step: BatchStep) => Promise<void>, batch: Batch): Promise<string[]> {
    const { head, drafts, isFresh } = await this.plan(build, batch);
    if (drafts.length === 0) return [];
    if (isFresh) await observe('planned');
    const ids = await writeCommits(this.options.gitDir, head, drafts, this.options.signing);
    if (isFresh) await observe('committed');
    const next = ids.at(-1);
    if (next === undefined) throw new Error('The commit writer answered no id.');
    await this.remote.publish(head, next);
    this.contention.won();
    commits.inc(ids.length);
    this.adopt(drafts, next);
    await observe('pushed');
    return ids;
  }

  /** The batch as it is planned on the newest head, as far as there is room. What was planned before is kept where it holds. */
  private async plan(build: Build, batch: Batch): Promise<Batch & { isFresh: boolean }> {
    const world = await this.sync();
    const isFresh = !(await this.holds(batch, world.head));
    if (isFresh) batch.drafts = await build(world, this.room);
    batch.head = world.head;
    batch.drafts = batch.drafts.slice(0, this.room);
    return { ...batch, isFresh };
  }

  private async holds({ head, drafts }: Batch, now: string | undefined): Promise<boolean> {
    if (head === undefined || now === undefined || drafts.length === 0) return false;
    return movedAside(this.options.gitDir, head, now, this.layout.root);
  }

  private async sync(): Promise<World> {
    try {
      const world = await this.mended(() => this.ask());
      this.contact.succeeded();
      return world;
    } catch (error) {
      this.contact.failed(error);
      throw error;
    }
  }

  /** Tries once more on a mirror made anew where the old one was what failed. */
  private async mended<T>(task: () => Promise<T>): Promise<T> {
    try {
      return await task();
    } catch (cause) {
      const error = asDamage(cause, this.options.gitDir);
      if (!(await this.options.mirror?.repair(error))) throw error;
      this.isMirrorNew = true;
      return task();
    }
  }

  private async ask(): Promise<World> {
    const head = await this.remote.head();
    if (head !== this.head || this.isMirrorNew) {
      await this.follow(head);
      this.head = head;
      this.isMirrorNew = false;
    }
    // Last: whoever does not wait for the branch is answered from the index from here on.
    this.lastSync = Date.now();
    this.first = undefined;
    return this.snapshot();
  }

  private readFirst(): Promise<World> {
    return this.refresh().finally(() => (this.initial = undefined));
  }

  /** Whoever only reads need not wait for a batch that is on its way. */
  private async isCurrent(): Promise<boolean> {
    try {
      const isCurrent = (await this.remote.head()) === this.head;
      if (isCurrent) this.contact.succeeded();
      return isCurrent;
    } catch (error) {
      if (error instanceof GitError) return false;
      throw error;
    }
  }

  private async follow(head: string | undefined): Promise<void> {
    if (head === undefined) throw new GitError({ command: 'fetch', kind: 'branch_gone' });
    // What was known may not be on the branch any more, and then a new mirror lacks it.
    if (this.head === undefined || this.isMirrorNew) {
      this.files = await loadFiles(this.reader, head, this.options.layout, (done, total) =>
        this.first?.advance(done, total),
      );
    } else await updateFiles(this.reader, { from: this.head, to: head }, this.options.layout, this.files);
  }

  /** After our own push the new state is known without asking git. */
  private adopt(drafts: readonly CommitDraft[], head: string): void {
    const changes = drafts.flatMap((draft) => draft.changes).filter(({ path }) => this.options.layout.covers(path));
    for (const change of changes) {
      if ('delete' in change) this.files.delete(change.path);
      else this.files.set(withMode(repositoryFile(change.path, Buffer.from(change.content)), change.isExecutable));
    }
    this.head = head;
  }

  private snapshot(): World {
    return new World(this.head, this.files, this.options.layout, this.options.platform);
  }

  private async revision(entry: LogEntry, path: string): Promise<Revision | undefined> {
    const text = await this.textAt(entry.sha, path);
    if (text === undefined) return undefined;
    const [, operation] = entry.trailers.find(([key]) => key === 'Operation-Id') ?? [];
    return { commit: entry.sha, at: entry.author.at, by: entry.author.name, text, ...(operation && { operation }) };
  }

  private async textAt(commit: string, path: string): Promise<string | undefined> {
    const blob = await this.reader.resolve(`${commit}:${path}`);
    const object = blob === undefined ? undefined : await this.reader.read(blob);
    return object?.content.toString('utf8');
  }
}
