import { Inject, Injectable } from '@nestjs/common';
import { ArgoServer, type Informer, isFault, type KubernetesFault } from '../../kubernetes';
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
    const followed = informer.get(this.workflows.namespace, workflowName(row));
    const state = followed?.operationId === row.id ? await this.whole(followed) : undefined;
    const messages = isOpen(row)
      ? [...troubles(steps, informer.fault, state), ...(state ? this.words(row, steps, state) : [])]
      : [];
    return { messages: new Map(messages), lines: state && lines > 0 ? await this.linesOf(row, state, lines) : [] };
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

/** Why Argo says nothing, in the step that is open. */
function troubles(
  steps: readonly StepRow[],
  fault: KubernetesFault | undefined,
  state: WorkflowState | undefined,
): [string, string][] {
  const current = steps.find(({ status }) => status === 'pending' || status === 'running');
  if (!current) return [];
  if (state?.problem) return [[current.name, `Argo’s status of its steps cannot be read: ${state.problem}.`]];
  return fault ? [[current.name, `Argo Workflows: ${fault.message}`]] : [];
}
