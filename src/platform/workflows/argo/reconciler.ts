import { Inject, Injectable } from '@nestjs/common';
import { Rollouts } from '../../cluster';
import { Config } from '../../config';
import { MctlError } from '../../errors';
import { isFault } from '../../kubernetes';
import { log } from '../../logging';
import { OperationStore } from '../../operations/operation-store';
import type { OperationRow } from '../../store';
import { Committer } from '../committer';
import { TakenOver, whileInHand } from '../in-hand';
import { TaskQueue } from '../task-queue';
import { isOpen } from '../waiting';
import { Handovers } from './handovers';
import { isLate } from './late';
import { PodLogs } from './pod-logs';
import { Setbacks } from './setbacks';
import { workflowName } from './workflow-name';
import { WorkflowObjects } from './workflow-objects';
import { stateInWords, type WorkflowState } from './workflow-state';

/** Until the next Workflow of an operation whose last one came to nothing. */
const PAUSE_MS = 5_000;

/** How Workflows are, as far as they are followed; undefined = not known to be there. */
export type Known = (name: string) => WorkflowState | undefined;

type Changed = (id: string) => void;

/**
 * Compares the operations that Argo has with its Workflows, and closes what was missed: a pod that died between its push and the end, a Workflow that
 * failed, was stopped, deleted or never got a pod. What is known by watching only says where to look: whatever is done rests on the object as it is now.
 */
@Injectable()
export class Reconciler {
  /** Commits of the operations that Argo had in the last round; losing it costs Argo CD some minutes. */
  private last = new Map<string, string | null>();

  constructor(
    @Inject(OperationStore) private readonly operations: OperationStore,
    @Inject(Handovers) private readonly handovers: Handovers,
    @Inject(WorkflowObjects) private readonly workflows: WorkflowObjects,
    @Inject(Committer) private readonly committer: Committer,
    @Inject(TaskQueue) private readonly queue: TaskQueue,
    @Inject(Setbacks) private readonly setbacks: Setbacks,
    @Inject(PodLogs) private readonly logs: PodLogs,
    @Inject(Rollouts) private readonly rollouts: Rollouts,
    @Inject(Config) private readonly config: Config,
  ) {}

  /** One look at all of them. Never throws for what the cluster or the branch does: the next round looks again. */
  async round(known: Known, isStopping: () => boolean, changed: Changed): Promise<void> {
    const rows = await this.handovers.made();
    await this.announce(rows);
    for (const row of rows) {
      if (isStopping()) return;
      if (!needsLook(row, known(workflowName(row)), this.config.values.workflowDeadline)) continue;
      await this.look(row, changed).catch((error: unknown) => explain(row, error));
    }
  }

  /** Stops an operation whose task works or waits. @throws KubernetesFault. */
  async stop(row: OperationRow, changed: Changed): Promise<void> {
    // The next round ends it: a pod that is told to end may have the last word.
    if (row.handed_over_at !== null && (await this.workflows.stop(workflowName(row)))) return;
    await this.setbacks.stopped(row, changed);
  }

  /** A pod has no credential for Argo CD: its commits are announced here, once they are known. */
  private async announce(rows: readonly OperationRow[]): Promise<void> {
    const present = new Map(rows.map(({ id, commit }) => [id, commit]));
    const over = [...this.last.keys()].filter((id) => !present.has(id));
    const ended = await Promise.all(over.map((id) => this.operations.get(id)));
    const commits = [...rows.filter(({ id }) => this.last.has(id)), ...ended].flatMap(({ id, commit }) =>
      commit !== null && commit !== this.last.get(id) ? [commit] : [],
    );
    this.last = present;
    if (commits.length > 0) this.rollouts.announce(commits);
  }

  private async look(row: OperationRow, changed: Changed): Promise<void> {
    const name = workflowName(row);
    const state = await this.workflows.find(name);
    if (state && state.operationId !== row.id) return this.setbacks.nameTaken(row, name, changed);
    if (!state || state.isEnded) return this.close(row, state, changed);
    if (!isOverdue(row, this.config.values.workflowDeadline) || state.isQueued) return;
    // No pod has it in hand, and none shall begin while it is ended here.
    await this.workflows.stop(name);
    return this.close(row, state, changed);
  }

  /** Nobody will go on with the operation by this Workflow. */
  private async close(row: OperationRow, state: WorkflowState | undefined, changed: Changed): Promise<void> {
    const isTask = row.stage === 'prepare' || row.stage === 'await';
    if (state?.isStopped && isTask) return this.setbacks.stopped(row, changed);
    if (!isDue(row)) return;
    if (await this.isOnBranch(row, changed)) return;
    const isLast = isLate(row, this.config.values.workflowDeadline, Date.now());
    return isLast ? this.giveUp(row, state, changed) : this.again(row, state, changed);
  }

  private async giveUp(row: OperationRow, state: WorkflowState | undefined, changed: Changed): Promise<void> {
    const text = state ? await this.logs.tail(state).catch(() => '') : '';
    await this.setbacks.cameToNothing(row, state, text, changed);
  }

  private async again(row: OperationRow, state: WorkflowState | undefined, changed: Changed): Promise<void> {
    if (state) await this.workflows.remove(state.name);
    const why = state ? `ended (${stateInWords(state)})` : 'is gone';
    log.warn(
      { operation: row.operation, id: row.id, stage: row.stage, why },
      'a Workflow came to nothing; another one follows',
    );
    const message = `Its Workflow ${why} before this was done; another one follows.`;
    await this.handovers.takeBack(row, new Date(Date.now() + PAUSE_MS), message);
    changed(row.id);
  }

  private async isOnBranch(row: OperationRow, changed: Changed): Promise<boolean> {
    // Nobody has begun, or no commit was due: there is nothing to find.
    if (row.attempts === 0 || row.stage === 'prepare' || row.stage === 'await') return false;
    return whileInHand(this.queue, row, () => this.committer.recover(row, changed));
  }
}

/** Only what may need something is asked for: each look is a request. */
function needsLook(row: OperationRow, state: WorkflowState | undefined, deadlineMs: number): boolean {
  if (!state || state.operationId !== row.id) return isDue(row);
  if (state.isEnded) return isDue(row) || state.isStopped;
  return isOverdue(row, deadlineMs) && !state.isQueued;
}

/** Nobody has it in hand, and its task does not wait. */
function isDue({ next_run_at: next }: OperationRow): boolean {
  return Date.parse(next) <= Date.now();
}

function isOverdue(row: OperationRow, deadlineMs: number): boolean {
  return isOpen(row) && isDue(row) && isLate(row, deadlineMs, Date.now());
}

function explain({ id, operation }: OperationRow, error: unknown): void {
  // A pod has gone on with it, or another replica leads: both know what to do.
  if (error instanceof TakenOver) return;
  if (isFault(error) || error instanceof MctlError) {
    log.warn(
      { operation, operation_id: id, why: error.message },
      'a Workflow that came to nothing cannot be looked at; the next round does',
    );
    return;
  }
  throw error;
}
