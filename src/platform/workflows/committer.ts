import { Inject, Injectable } from '@nestjs/common';
import { readHead } from '../audit/audit-head';
import type { AuditHead } from '../audit/chain';
import { Config } from '../config';
import { Conflict, Unavailable } from '../errors';
import { type BatchStep, type CommitDraft, GitError, Gitops, type World } from '../gitops';
import { authorOf, commitMessage } from '../operations/commit-message';
import { callerOf, OperationStore, resultOf, type StoredAnswer } from '../operations/operation-store';
import { type Planned, Planner } from '../operations/planner';
import { OperationRegistry } from '../operations/registry';
import { parseInput } from '../schema';
import { type OperationRow, Store } from '../store';
import { batchProgress } from './batch-progress';
import { Endings } from './endings';
import { isOwnCommit } from './own-commit';
import { type BatchTrace, tracedBatch } from './operation-trace';
import { AFTER, commitSteps, stepName } from './steps';
import { Turns } from './turns';

const STEPS = { planned: 'plan', committed: 'commit', pushed: 'push' } as const;

interface Ready {
  readonly row: OperationRow;
  readonly planned: Planned;
  readonly draft: CommitDraft;
}

/** Takes operations from intent to a commit on the branch, many at a time, each with its own plan, commit and audit entry. */
@Injectable()
export class Committer {
  constructor(
    @Inject(Store) private readonly store: Store,
    @Inject(OperationStore) private readonly operations: OperationStore,
    @Inject(OperationRegistry) private readonly registry: OperationRegistry,
    @Inject(Planner) private readonly planner: Planner,
    @Inject(Gitops) private readonly gitops: Gitops,
    @Inject(Endings) private readonly endings: Endings,
    @Inject(Config) private readonly config: Config,
  ) {}

  /**
   * @throws GitError where the branch could not be reached or written, Unavailable where something that a plan asks could not;
   * operations that were not failed stay as they were.
   */
  async run(due: readonly OperationRow[], changed: (id: string) => void): Promise<void> {
    // The others stay due: where the branch is contended, a small batch arrives and a large one never does.
    const rows = due.slice(0, this.gitops.room);
    await tracedBatch(rows, (trace) => this.runBatch(rows, changed, trace));
  }

  private async runBatch(
    rows: readonly OperationRow[],
    changed: (id: string) => void,
    trace: BatchTrace,
  ): Promise<void> {
    let ready: Ready[] = [];
    /** Heads that this run has built on; null = an empty branch. */
    const heads: (string | null)[] = [];
    const step = async (at: BatchStep): Promise<void> => {
      // Whoever lost the race writes as little as possible before the next try: each write is time for others to win again.
      if (at === 'planned' && heads.length === 1) await this.advance(ready, at, changed);
      if (at === 'committed') await this.advance(ready, at, changed);
      trace.reached(
        STEPS[at],
        ready.map(({ row }) => row),
      );
      batchProgress.publish(at);
    };
    await this.claim(rows, changed);
    const ids = await this.gitops.commit(async (world, room) => {
      const open = await this.unfinished(rows, world, heads.at(-1), changed);
      heads.push(world.head ?? null);
      ready = await this.prepare(open.slice(0, room), world, changed);
      return ready.map(({ draft }) => draft);
    }, step);
    await this.endings.published(
      ids.flatMap((commit, index) => {
        const { row, planned } = ready[index] ?? {};
        return row && planned ? [{ row, commit, planDigest: planned.digest }] : [];
      }),
      changed,
    );
    batchProgress.publish('closed');
  }

  /**
   * Ends an operation, or lets it go on, whose commit stands on the branch without anybody having written that down.
   * @returns whether it stands there.
   * @throws Unavailable or Conflict where the branch cannot be looked at.
   */
  async recover(row: OperationRow, changed: (id: string) => void): Promise<boolean> {
    const { head } = await this.gitops.refresh();
    const commit = head && (await this.commitsSince(new Set([row.base]), head, [row])).get(row.id);
    if (!commit) return false;
    await this.endings.published([{ row, commit, planDigest: row.plan_digest }], changed);
    return true;
  }

  private async claim(rows: readonly OperationRow[], changed: (id: string) => void): Promise<void> {
    const now = new Date().toISOString();
    await this.store.transaction(async (transaction) => {
      for (const row of rows) {
        const isOpen = await this.operations.update(transaction, row.id, {
          status: 'running',
          started_at: row.started_at ?? now,
          attempts: row.attempts + 1,
        });
        // Cancelled since it was read: `stillOpen` leaves it out.
        if (isOpen) await this.operations.restartSteps(transaction, row.id, this.stepsOf(row), now);
      }
    });
    rows.forEach(({ id }) => changed(id));
    batchProgress.publish('claimed');
  }

  /**
   * Closes what a former attempt already brought to the branch: exactly one commit, whatever died after it. What this run has tried
   * can only stand after the head it built on last; what a former run has tried, after the head at the operation's intent.
   */
  private async unfinished(
    rows: readonly OperationRow[],
    world: World,
    last: string | null | undefined,
    changed: (id: string) => void,
  ): Promise<OperationRow[]> {
    const open = await this.stillOpen(rows);
    const interrupted = last === undefined ? open.filter(({ attempts }) => attempts > 1) : open;
    if (interrupted.length === 0 || !world.head) return open;
    const bases = last === undefined ? interrupted.map(({ base }) => base) : [last];
    const done = await this.commitsSince(new Set(bases), world.head, interrupted);
    const recovered = interrupted.flatMap((row) => {
      const commit = done.get(row.id);
      return commit === undefined ? [] : [{ row, commit, planDigest: row.plan_digest }];
    });
    await this.endings.published(recovered, changed);
    return open.filter((row) => !recovered.some((each) => each.row.id === row.id));
  }

  /**
   * The commit of each operation that has one. Rows in the order of their ids say nothing about which base is the oldest: clocks are
   * set back. So each is looked from. Only what carries one of the ids is read: few commits, mostly none.
   */
  private async commitsSince(
    bases: ReadonlySet<string | null>,
    head: string,
    rows: readonly OperationRow[],
  ): Promise<Map<string, string>> {
    const candidates = new Set<string>();
    for (const base of bases.has(null) ? [null] : bases) {
      const found = await this.gitops.findOperations(base ?? undefined, head);
      for (const { id } of rows) found.get(id)?.forEach((commit) => candidates.add(commit));
    }
    const commits = await this.gitops.commits.read([...candidates]);
    return new Map(
      rows.flatMap((row) => {
        // Newest first: what stands after our own is a copy of it.
        const own = commits.findLast((commit) => isOwnCommit(commit, row, this.secondOf(row)));
        return own ? [[row.id, own.sha]] : [];
      }),
    );
  }

  /** As they are now. A lost race asks for the plan again; what failed in the first round must not come back. */
  private async stillOpen(rows: readonly OperationRow[]): Promise<OperationRow[]> {
    const states = await Promise.all(rows.map(({ id }) => this.operations.get(id)));
    return states.filter(({ status }) => status === 'running');
  }

  /**
   * Plans each on top of the ones before. What cannot be judged so waits for the next batch, where its neighbours are on the branch:
   * a refusal must not rest on something that is not published yet, nor a plan on a history that lacks it.
   */
  private async prepare(rows: readonly OperationRow[], start: World, changed: (id: string) => void): Promise<Ready[]> {
    const ready: Ready[] = [];
    const touched = new Set<string>();
    const turns = new Turns();
    // Holds what each of them was submitted with: their entries are durable by now.
    const auditHead = await readHead(this.store.db);
    let world = start;
    for (const row of rows) {
      if (turns.mustWait(row)) continue;
      try {
        const planned = await this.planAgain(row, world);
        const readsHistory = this.registry.get(row.operation).facts !== undefined;
        if (readsHistory && planned.changes.some(({ path }) => touched.has(path))) {
          turns.wait(row);
          continue;
        }
        ready.push({ row, planned, draft: this.draft(row, planned, world, auditHead) });
        world = world.with(planned.changes);
        planned.changes.forEach(({ path }) => touched.add(path));
      } catch (error) {
        // Git's own trouble is not this operation's, and what it asked besides may answer a little later: the batch waits, or goes one by one.
        if (error instanceof GitError) throw error;
        if (world !== start) turns.wait(row);
        else if (error instanceof Unavailable) throw error;
        else await this.endings.fail(row, error, changed, { at: 'plan' });
      }
    }
    return ready;
  }

  private async planAgain(row: OperationRow, world: World): Promise<Planned> {
    const operation = this.registry.get(row.operation);
    const input = parseInput(operation.input, JSON.parse(row.input));
    const isContinuation = row.stage === 'continue';
    const planned = await this.planner.plan(operation, callerOf(row, this.config), input, world, {
      now: new Date((isContinuation ? row.stage_since : null) ?? row.submitted_at),
      done: resultOf(row),
      isContinuation,
    });
    if (!isContinuation && row.confirmed_digest && row.confirmed_digest !== planned.digest) {
      throw new Conflict(
        'What was confirmed is no longer what would happen: the repository changed in between. Nothing was written.',
        {
          code: 'stale_plan',
          fix: 'Call again without confirm_token to see the plan as it is now.',
        },
      );
    }
    return planned;
  }

  private draft(
    row: OperationRow,
    { plan, changes, digest }: Planned,
    world: World,
    auditHead: AuditHead,
  ): CommitDraft {
    return {
      changes: changes.map(({ path, content }) =>
        content === undefined
          ? { path, delete: true }
          : { path, content, isExecutable: world.file(path)?.isExecutable },
      ),
      message: commitMessage(plan.subject, row, {
        planDigest: digest,
        reverts: plan.reverts,
        step: this.secondOf(row),
        auditHead,
      }),
      author: authorOf(row),
      committer: this.config.committer,
      at: new Date(),
    };
  }

  /** Name of the second commit where the row waits for that one. */
  private secondOf({ operation, stage }: OperationRow): string | undefined {
    return stage === 'continue' ? this.registry.get(operation).continuation?.name : undefined;
  }

  private stepsOf({ operation, stage }: OperationRow): string[] {
    return commitSteps(this.registry.get(operation), stage);
  }

  /** The answer of this plan becomes durable before its commit is published: after a crash nobody else knows it. */
  private async advance(
    ready: readonly Ready[],
    at: 'planned' | 'committed',
    changed: (id: string) => void,
  ): Promise<void> {
    const now = new Date().toISOString();
    const { done, next } = AFTER[at];
    await this.store.transaction(async (transaction) => {
      for (const { row, planned } of ready) {
        const operation = this.registry.get(row.operation);
        if (at === 'committed') await this.operations.update(transaction, row.id, outcomeOf(row, planned));
        for (const step of done) {
          const name = stepName(operation, row.stage, step);
          await this.operations.updateStep(transaction, row.id, name, { status: 'succeeded', finished_at: now });
        }
        const name = stepName(operation, row.stage, next);
        await this.operations.updateStep(transaction, row.id, name, { status: 'running', started_at: now });
      }
    });
    ready.forEach(({ row }) => changed(row.id));
  }
}

/** The second plan adds to what the first one answered. */
function outcomeOf(row: OperationRow, { plan, described, digest }: Planned): Partial<OperationRow> {
  const first = row.stage === 'continue' ? (JSON.parse(row.answer) as StoredAnswer) : undefined;
  const isNew = ({ path }: { path: string }) => !described.some((change) => change.path === path);
  const answer: StoredAnswer = {
    changes: [...(first?.changes.filter(isNew) ?? []), ...described],
    warnings: plan.warnings,
    next_actions: plan.nextActions,
    extra: { ...first?.extra, ...plan.answer },
  };
  return { plan_digest: digest, summary: plan.summary, answer: JSON.stringify(answer) };
}
