import type { KubernetesObject } from '../../kubernetes';
import { isPlain } from '../../gitops/values';
import { foreignLine } from '../../text/foreign-text';
import { type NodeStatus, unpackNodes } from '../../argo';
import { OPERATION_ID } from './workflow-manifest';

const MESSAGE_LENGTH = 300;
const ENDED = ['Succeeded', 'Failed', 'Error'];

/** What Argo makes of one step. */
export interface ArgoNode {
  /** As in the template, e.g. `commit`. */
  readonly step: string;
  readonly phase: string;
  /** Cleaned; empty = Argo says nothing. */
  readonly message: string;
  /** Of its newest pod; undefined before there was one. */
  readonly podNode?: string;
}

/** What matters of a Workflow: some hundred bytes, whatever its size. */
export interface WorkflowState {
  readonly name: string;
  readonly uid: string;
  readonly operationId: string | undefined;
  /** Empty before the controller has seen it. */
  readonly phase: string;
  /** Cleaned; empty = Argo says nothing. */
  readonly message: string;
  readonly isEnded: boolean;
  /** Somebody wants it to stop, with `spec.shutdown`. */
  readonly isStopped: boolean;
  /** A deletion has begun. */
  readonly isGoing: boolean;
  /** One of its steps waits for the lock: others go first, and it is nobody's fault. */
  readonly isQueued: boolean;
  readonly nodes: readonly ArgoNode[];
  /** Why `nodes` says nothing; undefined where it does. */
  readonly problem?: string;
  /** The nodes are not in the object: Argo's server has them. */
  readonly isOffloaded: boolean;
}

interface RawNode {
  readonly id: string;
  readonly displayName: string;
  readonly type: string;
  readonly phase: string;
  readonly message: string;
  readonly startedAt: string;
  readonly isWaiting: boolean;
}

/** https://argo-workflows.readthedocs.io/en/latest/fields/#workflowstatus. Undefined for what is no Workflow. */
export function readWorkflow(
  object: KubernetesObject & { spec?: unknown; status?: unknown },
): WorkflowState | undefined {
  const { name, uid = '', labels } = object.metadata ?? {};
  if (name === undefined) return undefined;
  const [status, spec] = [record(object.status), record(object.spec)];
  const phase = text(status.phase);
  const found = nodesOf(status);
  const raw = 'nodes' in found ? Object.values(found.nodes).flatMap(readNode) : [];
  return {
    name,
    uid,
    operationId: labels?.[OPERATION_ID],
    phase,
    message: foreignLine(text(status.message), MESSAGE_LENGTH),
    isEnded: ENDED.includes(phase),
    isStopped: text(spec.shutdown) !== '',
    isGoing: 'deletionTimestamp' in (object.metadata ?? {}),
    isQueued: raw.some(({ isWaiting }) => isWaiting),
    nodes: stepsOf(raw),
    ...('problem' in found && { problem: found.problem }),
    isOffloaded: text(status.offloadNodeStatusVersion) !== '',
  };
}

/** How it stands, with the word of the step that keeps it: `Running; commit: Pending, Unschedulable: 0/3 nodes are available`. */
export function stateInWords({ phase, message, nodes }: Pick<WorkflowState, 'phase' | 'message' | 'nodes'>): string {
  const whole = [phase || 'not begun', message].filter(Boolean).join(', ');
  const node = nodes.findLast((each) => each.phase !== 'Succeeded');
  return node ? `${whole}; ${node.step}: ${[node.phase, node.message].filter(Boolean).join(', ')}` : whole;
}

function nodesOf(status: Readonly<Record<string, unknown>>): NodeStatus {
  const packed = text(status.compressedNodes);
  if (packed !== '') return unpackNodes(packed);
  return { nodes: record(status.nodes) };
}

/** Steps by their names; of one that was tried again the newest try, and the word of what keeps it between two. */
function stepsOf(raw: readonly RawNode[]): ArgoNode[] {
  const steps = new Map<string, RawNode[]>();
  for (const node of raw) {
    // What tells us of the end is no step.
    if ((node.type !== 'Pod' && node.type !== 'Retry') || node.displayName.endsWith('.onExit')) continue;
    const step = node.displayName.replace(/\(\d+\)$/, '');
    steps.set(step, [...(steps.get(step) ?? []), node]);
  }
  return [...steps].map(([step, nodes]) => stepOf(step, nodes));
}

function stepOf(step: string, nodes: readonly RawNode[]): ArgoNode {
  const [newest] = nodes.filter(({ type }) => type === 'Pod').sort(byAge);
  const retry = nodes.find(({ type }) => type === 'Retry');
  const message = [newest?.message, retry?.message].filter(Boolean).join('; ');
  return {
    step,
    phase: phaseOf(retry, newest),
    message: foreignLine(message, MESSAGE_LENGTH),
    // A node that waits for the lock has no pod yet.
    ...(newest && { podNode: newest.id }),
  };
}

/** The node of the retries runs while its pods come and go: then the newest of them says more. */
function phaseOf(retry: RawNode | undefined, newest: RawNode | undefined): string {
  if (newest && retry?.phase === 'Running' && newest.phase !== 'Succeeded') return newest.phase;
  return (retry ?? newest)?.phase ?? '';
}

/** Newest first; of one moment the one that was numbered last. */
function byAge(a: RawNode, b: RawNode): number {
  return numberOf(b) - numberOf(a) || (a.startedAt < b.startedAt ? 1 : -1);
}

function numberOf({ displayName }: RawNode): number {
  return Number(/\((\d+)\)$/.exec(displayName)?.[1] ?? 0);
}

function readNode(value: unknown): RawNode[] {
  const node = record(value);
  const { id, displayName, type, phase } = node;
  if (typeof id !== 'string' || typeof displayName !== 'string') return [];
  return [
    {
      id,
      displayName,
      type: text(type),
      phase: text(phase),
      message: text(node.message),
      startedAt: text(node.startedAt),
      isWaiting: text(record(node.synchronizationStatus).waiting) !== '',
    },
  ];
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return isPlain(value) ? value : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
