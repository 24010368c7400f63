import { Inject, Injectable } from '@nestjs/common';
import { Rollouts } from '../../cluster';
import { Config } from '../../config';
import { MctlError } from '../../errors';
import { isFault } from '../../kubernetes';
import { log } from '../../logging';
import { commits as commitsMade } from '../../metrics/instruments';
import { OperationStore } from '../../operations/operation-store';
import type { OperationRow } from '../../store';
import { TakenOver } from '../in-hand';
import { isOpen } from '../waiting';
import { COMMITTING } from './commit-queue';
import { endedElsewhere } from '../operation-trace';
import { type Handover, Handovers } from './handovers';
import { Lateness } from './late';
import { isOfStore } from './of-store';
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
    @Inject(Lateness) private readonly lateness: Lateness,
    @Inject(Setbacks) private readonly setbacks: Setbacks,
    @Inject(PodLogs) private readonly logs: PodLogs,
    @Inject(Rollouts) private readonly rollouts: Rollouts,
    @Inject(Config) private readonly config: Config,
  ) {}

  /** One look at all of them. Throws only what the store does: of everything else the next round looks again. */
  async round(known: Known, isStopping: () => boolean, changed: Changed): Promise<void> {
    const rows = await this.handovers.made();
    await this.announce(rows);
    this.lateness.forget();
    for (const row of rows) {
      if (isStopping()) return;
      const state = known(workflowName(row));
      if (state?.operationId === row.id && state.isQueued) this.lateness.sawQueued(row);
      if (this.needsLook(row, state)) await this.lookAt(row.id, changed).catch((error: unknown) => explain(row, error));
    }
  }

  /** Stops an operation whose task works or waits. @throws KubernetesFault. */
  async stop(row: OperationRow, changed: Changed): Promise<void> {
    const state = row.handed_over_at === null ? undefined : await this.workflows.findOf(row);
    // The next round ends it: a pod that is told to end may have the last word.
    if (state && (await this.workflows.stop(state))) return;
    await this.setbacks.stopped(row, changed);
  }

  /** A pod has no credential for Argo CD: its commits are announced here, once they are known. */
  private async announce(rows: readonly Handover[]): Promise<void> {
    const present = new Map(rows.map(({ id, commit }) => [id, commit]));
    const over = [...this.last.keys()].filter((id) => !present.has(id));
    const ended = await Promise.all(over.map((id) => this.operations.get(id)));
    const commits = [...rows.filter(({ id }) => this.last.has(id)), ...ended].flatMap(({ id, commit }) =>
      commit !== null && commit !== this.last.get(id) ? [commit] : [],
    );
    this.last = present;
    ended.forEach(endedElsewhere);
    if (commits.length === 0) return;
    // Made by pods, which nobody scrapes.
    commitsMade.inc(commits.length);
    this.rollouts.announce(commits);
  }

  /** Only what may need something is asked for: each look is a request. */
  private needsLook(row: Handover, state: WorkflowState | undefined): boolean {
    // Whatever comes to nothing then waits; only a commit may be there.
    if (this.config.values.readOnly && (row.attempts === 0 || !COMMITTING.includes(row.stage))) return false;
    if (!state || state.operationId !== row.id) return isDue(row);
    if (state.isEnded) return isDue(row) || state.isStopped;
    return isDue(row) && this.lateness.isOverdue(row) && !state.isQueued;
  }

  private async lookAt(id: string, changed: Changed): Promise<void> {
    const row = await this.operations.get(id);
    if (isOpen(row) && row.handed_over_at !== null) await this.look(row, changed);
  }

  private async look(row: OperationRow, changed: Changed): Promise<void> {
    const name = workflowName(row);
    const state = await this.workflows.find(name);
    // What was accepted before waits until that ends; what is done is found.
    if (this.config.values.readOnly) {
      if (isDue(row)) await this.setbacks.isOnBranch(row, changed);
      return;
    }
    if (state && state.operationId !== row.id) return this.setbacks.nameTaken(row, name, changed);
    if (!state || state.isEnded) return this.close(row, state, changed);
    if (state.isQueued) this.lateness.sawQueued(row);
    if (isDue(row) && this.lateness.isOverdue(row)) await this.giveUp(row, state, changed);
  }

  /** Nobody will go on with the operation by this Workflow. */
  private async close(row: OperationRow, state: WorkflowState | undefined, changed: Changed): Promise<void> {
    if (state?.isStopped && !COMMITTING.includes(row.stage)) return this.setbacks.stopped(row, changed);
    if (!isDue(row)) return;
    if (await this.setbacks.isOnBranch(row, changed)) return;
    const isLast = hadTurn(state) ? this.lateness.isLate(row) : this.lateness.isLateInTurn(row);
    return isLast ? this.giveUp(row, state, changed) : this.again(row, state, changed);
  }

  private async giveUp(row: OperationRow, state: WorkflowState | undefined, changed: Changed): Promise<void> {
    // Before its Workflow is stopped: a pod that began in between would make it look like a wish of somebody's.
    const held = await this.setbacks.takeOver(row);
    if (!held) return;
    if (state && !state.isEnded) await this.workflows.stop(state);
    const text = state ? await this.logs.tail(state).catch(() => '') : '';
    await this.setbacks.cameToNothing(held, state, text, changed);
  }

  private async again(row: OperationRow, state: WorkflowState | undefined, changed: Changed): Promise<void> {
    // Its pods go with it, and what they said would be gone.
    const text = state ? await this.logs.tail(state).catch(() => '') : '';
    if (state) await this.workflows.remove(state);
    const why = state ? `ended (${stateInWords(state)})` : 'is gone';
    log.warn(
      { operation: row.operation, id: row.id, stage: row.stage, why },
      'a Workflow came to nothing; another one follows',
    );
    const message = `Its Workflow ${why} before this was done; another one follows.`;
    await this.handovers.takeBack(row, new Date(Date.now() + PAUSE_MS), message, text);
    changed(row.id);
  }
}

/** Whether a pod of what is due was there. A step may also end in the queue of the lock, by its own timeout. */
function hadTurn(state: WorkflowState | undefined): boolean {
  if (!state) return false;
  const isUnknown = state.problem !== undefined || state.isOffloaded;
  return isUnknown || state.nodes.some(({ phase, podNode }) => phase !== 'Succeeded' && podNode !== undefined);
}

/** Nobody has it in hand, and its task does not wait. */
function isDue({ next_run_at: next }: Handover): boolean {
  return Date.parse(next) <= Date.now();
}

function explain({ id, workflow }: Handover, error: unknown): void {
  // A pod has gone on with it: it knows what to do.
  if (error instanceof TakenOver) return;
  if (isOfStore(error)) throw error;
  const isKnown = isFault(error) || error instanceof MctlError;
  log[isKnown ? 'warn' : 'error'](
    { operation_id: id, workflow, ...(isKnown ? { why: error.message } : { err: error }) },
    'a Workflow that came to nothing cannot be looked at; the next round does',
  );
}
