import { openTestStore } from '../../../../test/support/test-store';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Audit } from '../../audit/audit';
import { Access } from '../../auth/access';
import type { Actor } from '../../auth/actor';
import { type Config, readConfig } from '../../config';
import { Conflict } from '../../errors';
import { GitError, Gitops, Layout, ManifestSchemas } from '../../gitops';
import { EmbeddedRemote, ObjectReader, openBareRepository, type Remote } from '../../gitops/git';
import { Rollouts } from '../../cluster';
import { NoCluster } from '../../cluster/no-cluster';
import { Keys } from '../../keys';
import { AnswerBuilder } from '../../operations/answer-builder';
import { WriteAnswer } from '../../operations/answer.dto';
import { DestructiveArguments } from '../../operations/arguments.dto';
import { ConfirmTokens } from '../../operations/confirm-token';
import { defineOperation, type Operation } from '../../operations/operation';
import { OperationStore } from '../../operations/operation-store';
import { Operations } from '../../operations/operations';
import { Planner } from '../../operations/planner';
import { OperationRegistry } from '../../operations/registry';
import { Flag, parseInput, Text } from '../../schema';
import { Leadership, type OperationRow, Store } from '../../store';
import { Commits } from '../commits';
import { Committer } from '../committer';
import { Endings } from '../endings';
import { EmbeddedWorkflows } from '../embedded.workflows';
import { TaskQueue } from '../task-queue';
import { Tasks } from '../tasks';
import { Waiting } from '../waiting';

class FileInput extends DestructiveArguments {
  @Text() path: string;
  @Text({ optional: true }) text?: string;
  /** Refused where the file is there already. */
  @Flag({ default: false }) only_new: boolean;
}

const FOLDER = 'domains';
const shared = {
  title: 'T',
  description: 'D',
  risk: 'low',
  role: 'any',
  idempotent: false,
  answer: WriteAnswer,
} as const;

function plan(input: FileInput, text: string | undefined, before: string | undefined) {
  if (input.only_new && before !== undefined) throw new Conflict(`${input.path} is taken.`, { code: 'taken' });
  return {
    changes: [{ path: `${FOLDER}/${input.path}`, content: text }],
    subject: `put(${input.path}): ${text ?? 'nothing'}`,
    summary: `${input.path} is ${text ?? 'gone'}`,
    warnings: [],
    destroys: [],
    nextActions: [],
    answer: { text },
  };
}

/** Writes one file. */
export const put = defineOperation<FileInput>({
  ...shared,
  name: 'put',
  tool: 'put',
  kind: 'write',
  input: FileInput,
  paths: [],
  target: ({ path }) => path,
  plan: ({ input, world }) => plan(input, input.text, world.text(`${FOLDER}/${input.path}`)),
});

/** Takes one file away, after a confirmation. */
export const drop = defineOperation<FileInput>({
  ...shared,
  name: 'drop',
  tool: 'drop',
  kind: 'destructive',
  input: FileInput,
  paths: [],
  target: ({ path }) => path,
  plan: ({ input, world }) => plan(input, undefined, world.text(`${FOLDER}/${input.path}`)),
});

/** Sets a file to what it was one commit ago, as its history says. */
export const undo = defineOperation<FileInput, string | undefined>({
  ...shared,
  name: 'undo',
  tool: 'undo',
  kind: 'write',
  input: FileInput,
  paths: [],
  target: ({ path }) => path,
  facts: async ({ path }, gitops) => (await gitops.history(`${FOLDER}/${path}`, 2))[1]?.text,
  plan: ({ input, world, facts }) => plan(input, facts, world.text(`${FOLDER}/${input.path}`)),
});

export const ada: Actor = { login: 'ada', method: 'local', isAdmin: false, via: { door: 'rest', requestId: 'r-1' } };

/** The remote of the embedded repository, whose failures a test decides. */
export class UnreliableRemote implements Remote {
  /** What happens instead of the next calls, first to last. */
  readonly heads: (() => Promise<string | undefined>)[] = [];
  readonly publishes: ((publish: () => Promise<void>, next: string) => Promise<void>)[] = [];

  constructor(private readonly remote: Remote) {}

  head(): Promise<string | undefined> {
    return this.heads.shift()?.() ?? this.remote.head();
  }

  publish(expected: string | undefined, next: string): Promise<void> {
    const publish = () => this.remote.publish(expected, next);
    return this.publishes.shift()?.(publish, next) ?? publish();
  }

  describe(): string {
    return this.remote.describe();
  }
}

export const away = () => Promise.reject(new GitError({ command: 'fetch', kind: 'unreachable' }));
export const refused = () => Promise.reject(new GitError({ command: 'fetch', kind: 'denied' }));
export const rejected = () => Promise.reject(new GitError({ command: 'push', kind: 'rejected' }));
export const declined = () => Promise.reject(new GitError({ command: 'push', kind: 'protected' }));
/** The push arrives, its answer does not. */
export const lost = async (publish: () => Promise<void>) => {
  await publish();
  throw new GitError({ command: 'push', kind: 'unreachable', outcomeUnknown: true });
};

interface Parts {
  readonly folder: string;
  readonly config: Config;
  readonly store: Store;
  readonly reader: ObjectReader;
  readonly remote: UnreliableRemote;
  readonly gitops: Gitops;
}

/** The write path as the program has it, over an embedded repository and without its doors. */
export class WritePath {
  readonly store: Store;
  readonly reader: ObjectReader;
  readonly remote: UnreliableRemote;
  readonly gitops: Gitops;
  readonly rows: OperationStore;
  readonly audit: Audit;
  readonly tokens: ConfirmTokens;
  workflows: EmbeddedWorkflows;
  readonly operations: Operations;
  readonly commits: Commits;
  readonly committer: Committer;
  readonly endings: Endings;
  readonly queueOfTasks: TaskQueue;
  readonly registry: OperationRegistry;
  readonly config: Config;
  private readonly folder: string;
  private readonly engine: () => EmbeddedWorkflows;

  private constructor({ folder, config, store, reader, remote, gitops }: Parts) {
    const registry = new OperationRegistry();
    registry.register(put, drop, undo);
    const access = new Access(gitops);
    const planner = new Planner(gitops, access, new ManifestSchemas(), registry);
    const answers = new AnswerBuilder(config, registry);
    this.folder = folder;
    this.store = store;
    this.reader = reader;
    this.remote = remote;
    this.gitops = gitops;
    this.rows = new OperationStore(store);
    this.audit = new Audit(store, Keys.open(folder));
    this.tokens = new ConfirmTokens(Keys.open(folder), store);
    const endings = new Endings(store, this.rows, registry, this.audit, config, new Rollouts(new NoCluster(), gitops));
    this.endings = endings;
    const committer = new Committer(store, this.rows, registry, planner, gitops, endings, config);
    const queue = new TaskQueue(store);
    const tasks = new Tasks(store, this.rows, queue, registry, gitops, access, endings, config);
    this.registry = registry;
    this.config = config;
    const commits = new Commits(store, this.rows, committer, endings, registry, config);
    this.commits = commits;
    this.committer = committer;
    this.queueOfTasks = queue;
    this.engine = () =>
      new EmbeddedWorkflows(
        ...([store, this.rows, queue, commits, tasks, endings, new Leadership()] as const),
        new Waiting(store, this.rows, gitops),
        config,
      );
    this.workflows = this.engine();
    const { tokens, rows, workflows, audit } = this;
    this.operations = new Operations(planner, tokens, rows, workflows, answers, audit, gitops, store, config);
  }

  static async open(env: Record<string, string> = {}): Promise<WritePath> {
    const folder = mkdtempSync(join(tmpdir(), 'mctl-path-'));
    const config = readConfig({ MCTL_DATA_DIR: folder, MCTL_GITOPS_ROOT: '', ...env });
    const { gitDir } = await openBareRepository(join(folder, 'gitops.git'), 'main');
    const reader = new ObjectReader(gitDir);
    const remote = new UnreliableRemote(new EmbeddedRemote({ gitDir, branch: 'main', reader }));
    const gitops = new Gitops(reader, remote, {
      gitDir,
      layout: new Layout(''),
      platform: { repoUrl: '', domain: 'd', clusterIssuer: 'c', imageRegistries: [], builder: 'none' },
      maxStalenessMs: 60_000,
      isLocal: true,
    });
    return new WritePath({ folder, config, store: await openTestStore(folder), reader, remote, gitops });
  }

  get gitDir(): string {
    return join(this.folder, 'gitops.git');
  }

  /** A call that waits for its end. */
  call(operation: Operation, input: Record<string, unknown>, actor = ada) {
    return this.operations.run(operation, actor, parseInput(operation.input, { wait_seconds: 25, ...input }));
  }

  /** Calls that are all in the queue before the engine takes the first; answers their ids. */
  async queue(...calls: readonly (readonly [Operation, Record<string, unknown>])[]): Promise<string[]> {
    const wake = jest.spyOn(this.workflows, 'wake').mockImplementation(() => undefined);
    const ids: string[] = [];
    try {
      for (const [operation, input] of calls) {
        const { operation: accepted } = await this.call(operation, { ...input, wait_seconds: 0 });
        ids.push(accepted.id ?? '');
      }
    } finally {
      // A refused call must not leave an engine behind that never wakes again.
      wake.mockRestore();
    }
    return ids;
  }

  /** Calls that meet in one batch, and how they ended. */
  async together(...calls: readonly (readonly [Operation, Record<string, unknown>])[]): Promise<OperationRow[]> {
    const ids = await this.queue(...calls);
    this.workflows.wake();
    return this.ended(ids);
  }

  /** The engine ends, and another begins on what the first one left in the store. */
  async restart(): Promise<void> {
    await this.workflows.onModuleDestroy();
    this.workflows = this.engine();
    await this.workflows.onApplicationBootstrap();
  }

  async ended(ids: readonly string[]): Promise<OperationRow[]> {
    for (const id of ids) await this.workflows.wait(id, 20_000, () => Promise.resolve());
    return Promise.all(ids.map((id) => this.rows.get(id)));
  }

  /** Subjects on the branch, oldest first. */
  async subjects(): Promise<string[]> {
    const head = await this.remote.head();
    if (!head) return [];
    const entries = await this.reader.log({ to: head, limit: 1000 });
    return entries.map(({ subject }) => subject).reverse();
  }

  text(path: string): Promise<string | undefined> {
    return this.gitops.world().then((world) => world.text(`${FOLDER}/${path}`));
  }

  async close(): Promise<void> {
    await this.workflows.onModuleDestroy();
    await this.gitops.close();
    await this.store.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
