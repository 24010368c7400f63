import { Inject, Injectable } from '@nestjs/common';
import { ArgoServer, type Informer, isFault } from '../../kubernetes';
import { log } from '../../logging';
import { OperationRegistry } from '../../operations/registry';
import type { OperationRow, StepRow } from '../../store';
import { isOpen } from '../waiting';
import type { Observation } from '../workflows';
import { argoSteps } from './argo-steps';
import { PodLogs } from './pod-logs';
import { workflowName } from './workflow-name';
import { WorkflowObjects } from './workflow-objects';
import { type ArgoNode, readWorkflow, type WorkflowState } from './workflow-state';

/** Node phases of which there is nothing to say. */
const QUIET = ['', 'Running', 'Succeeded', 'Skipped', 'Omitted'];

/** What Argo says of an operation while the store says nothing. */
@Injectable()
export class Observer {
  constructor(
    @Inject(OperationRegistry) private readonly registry: OperationRegistry,
    @Inject(WorkflowObjects) private readonly workflows: WorkflowObjects,
    @Inject(PodLogs) private readonly logs: PodLogs,
    @Inject(ArgoServer) private readonly server: ArgoServer,
  ) {}

  /** See `Workflows.observe`. */
  async observe(
    informer: Informer<WorkflowState>,
    row: OperationRow,
    steps: readonly StepRow[],
    lines: number,
  ): Promise<Observation> {
    const current = steps.find(({ status }) => status === 'pending' || status === 'running');
    const messages = new Map<string, string>();
    if (isOpen(row) && current && informer.fault)
      messages.set(current.name, `Argo Workflows: ${informer.fault.message}`);
    const followed = informer.get(this.workflows.namespace, workflowName(row));
    if (!followed || followed.operationId !== row.id) return { messages, lines: [] };
    const state = await this.whole(followed);
    if (isOpen(row) && current && state.problem) {
      messages.set(current.name, `Argo’s status of its steps cannot be read: ${state.problem}.`);
    }
    if (isOpen(row)) for (const [name, message] of this.words(row, steps, state)) messages.set(name, message);
    return { messages, lines: lines > 0 ? await this.linesOf(row, state, lines) : [] };
  }

  /** Of open steps alone: what is over, the store knows better. */
  private words(row: OperationRow, steps: readonly StepRow[], state: WorkflowState): [string, string][] {
    return state.nodes.flatMap((node): [string, string][] => {
      const name = this.storeStep(row, node);
      const step = steps.find((each) => each.name === name);
      const isStill = step?.status === 'pending' || step?.status === 'running';
      if (!isStill || (QUIET.includes(node.phase) && node.message === '')) return [];
      return [[step.name, `Argo: ${[node.phase, node.message].filter(Boolean).join(': ')}`]];
    });
  }

  private async linesOf(
    row: OperationRow,
    { name, nodes }: WorkflowState,
    limit: number,
  ): Promise<Observation['lines']> {
    const node = nodes.findLast(({ phase }) => phase === 'Failed' || phase === 'Error');
    if (!node?.podNode) return [];
    try {
      const lines = await this.logs.of(name, node.podNode, limit);
      const step = this.storeStep(row, node) ?? node.step;
      return lines.map(({ at, line }) => ({ at, step, line }));
    } catch (error) {
      if (!isFault(error)) throw error;
      log.warn({ fault: error.kind, detail: error.details.detail }, error.message);
      return [];
    }
  }

  private storeStep({ operation }: OperationRow, { step }: ArgoNode): string | undefined {
    const known = this.registry.find(operation);
    return known && argoSteps(known).find(({ name }) => name === step)?.storeStep;
  }

  /** With the nodes that the controller keeps in a database, where Argo's server can be asked for them. */
  private async whole(state: WorkflowState): Promise<WorkflowState> {
    if (!state.isOffloaded) return state;
    if (!this.server.isConfigured) return { ...state, problem: 'it is offloaded, and MCTL_ARGO_SERVER is not set' };
    try {
      const object = await this.server.workflow({ namespace: this.workflows.namespace, name: state.name });
      return readWorkflow(object) ?? state;
    } catch (error) {
      if (!isFault(error)) throw error;
      log.warn({ fault: error.kind, detail: error.details.detail }, error.message);
      return { ...state, problem: `it is offloaded, and ${error.message}` };
    }
  }
}
