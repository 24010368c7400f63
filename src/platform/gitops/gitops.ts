import { setTimeout as sleep } from 'node:timers/promises';
import { Unavailable } from '../errors';
import {
  type CommitDraft,
  GitError,
  isGitError,
  type LogEntry,
  type ObjectReader,
  type Remote,
  type Signing,
  writeCommits,
} from './git';
import { FileIndex } from './file-index';
import { explainGitError } from './git-fault';
import { loadFiles, repositoryFile, updateFiles } from './load-files';
import type { Layout } from './layout';
import { Mutex } from './mutex';
import { type PlatformFacts, World } from './world';

/** Losing the race for the branch this often in a row means that something is wrong, not that there is traffic. */
const MAX_ATTEMPTS = 20;
const JITTER_MS = 40;
/** Waiting longer does not make winning likelier, only later. */
const JITTER_LIMIT_MS = 200;

export interface GitopsOptions {
  readonly gitDir: string;
  readonly layout: Layout;
  readonly platform: PlatformFacts;
  readonly maxStalenessMs: number;
  /** True where asking the remote costs nothing, so that every read may do it. */
  readonly isLocal: boolean;
  readonly signing?: Signing;
}

/** Steps of a batch on its way to the branch, for progress and for tests that interrupt it. */
export type BatchStep = 'planned' | 'committed' | 'pushed';

/** Plans a batch on the head of this attempt. */
export type Build = (world: World) => Promise<readonly CommitDraft[]>;

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
  private lastSync = 0;

  constructor(
    private readonly reader: ObjectReader,
    private readonly remote: Remote,
    private readonly options: GitopsOptions,
  ) {}

  /** Where the repository is, without credentials. */
  describe(): string {
    return this.remote.describe();
  }

  get layout(): Layout {
    return this.options.layout;
  }

  /** How long ago the remote was last asked successfully, in seconds; undefined before the first time. */
  get secondsSinceSync(): number | undefined {
    return this.lastSync === 0 ? undefined : (Date.now() - this.lastSync) / 1000;
  }

  get fileCount(): number {
    return this.files.size;
  }

  /**
   * The desired state as last known.
   * @throws Unavailable where the remote has not answered for longer than allowed: roles could be out of date.
   */
  async world(): Promise<World> {
    if (this.options.isLocal || this.lastSync === 0) return this.refresh();
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

  /** Asks the remote and answers the newest state. @throws Unavailable or Conflict with the reason where it cannot. */
  async refresh(): Promise<World> {
    try {
      return await this.mutex.run(() => this.sync());
    } catch (error) {
      throw error instanceof GitError ? explainGitError(error) : error;
    }
  }

  /**
   * Puts commits on the newest head, each the child of the one before, and publishes them together by compare-and-swap. Where the
   * branch moved meanwhile, `build` is asked again: changes are planned anew, never merged as text. What moved it may have been an
   * earlier push of the same batch that outlived its connection or its process, so `build` must look for its operations then.
   *
   * @returns ids in the order of the drafts; every one of them is on the remote.
   * @throws GitError as git met it; with `outcomeUnknown` the batch may be on the branch all the same, or still arrive there.
   */
  commit(build: Build, observe: (step: BatchStep) => Promise<void>): Promise<string[]> {
    return this.mutex.run(async () => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await this.tryCommit(build, observe);
        } catch (error) {
          if (!isGitError(error, 'rejected') || attempt >= MAX_ATTEMPTS) throw error;
          await sleep(Math.random() * Math.min(JITTER_MS * attempt, JITTER_LIMIT_MS));
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
   * Commits by the operation that made them, after `base` (exclusive). From the beginning where there is no base, or none that is
   * known any more: the history was written anew, or the mirror is another one.
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

  close(): Promise<void> {
    return this.mutex.run(() => this.reader.close());
  }

  private async tryCommit(build: Build, observe: (step: BatchStep) => Promise<void>): Promise<string[]> {
    const world = await this.sync();
    const drafts = await build(world);
    if (drafts.length === 0) return [];
    await observe('planned');
    const ids = await writeCommits(this.options.gitDir, world.head, drafts, this.options.signing);
    await observe('committed');
    const next = ids.at(-1);
    if (next === undefined) throw new Error('The commit writer answered no id.');
    await this.remote.publish(world.head, next);
    this.adopt(drafts, next);
    await observe('pushed');
    return ids;
  }

  private async sync(): Promise<World> {
    const head = await this.remote.head();
    if (head !== this.head) {
      await this.follow(head);
      this.head = head;
    }
    // Last: whoever does not wait for the branch is answered from the index from here on.
    this.lastSync = Date.now();
    return this.snapshot();
  }

  private async follow(head: string | undefined): Promise<void> {
    if (head === undefined) throw new GitError({ command: 'fetch', kind: 'not_found', stderr: 'the branch is gone' });
    if (this.head === undefined) this.files = await loadFiles(this.reader, head, this.options.layout);
    else await updateFiles(this.reader, { from: this.head, to: head }, this.options.layout, this.files);
  }

  /** After our own push the new state is known without asking git. */
  private adopt(drafts: readonly CommitDraft[], head: string): void {
    const changes = drafts.flatMap((draft) => draft.changes).filter(({ path }) => this.options.layout.covers(path));
    for (const change of changes) {
      if ('delete' in change) this.files.delete(change.path);
      else this.files.set(repositoryFile(change.path, Buffer.from(change.content)));
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
