import { at, mapAt, textAt } from '../gitops/values';
import type { KubernetesObject } from '../kubernetes';
import { unpackNodes } from './node-status';

/** One node of a Workflow's status; only what is read here. */
export interface WorkflowNode {
  readonly template: string;
  readonly phase: string;
  readonly message: string | undefined;
  /** Output parameters by name. */
  readonly outputs: ReadonlyMap<string, string>;
}

/**
 * The nodes of a Workflow, also where Argo packed them because there are many (gzip in base64, its default).
 * @returns undefined where they are elsewhere (offloaded), packed in another way, or damaged.
 */
export function nodesOf(workflow: KubernetesObject): WorkflowNode[] | undefined {
  const packed = textAt(workflow, 'status', 'compressedNodes') ?? '';
  if ((textAt(workflow, 'status', 'offloadNodeStatusVersion') ?? '') !== '') return undefined;
  const status = packed === '' ? { nodes: mapAt(workflow, 'status', 'nodes') } : unpackNodes(packed);
  return 'nodes' in status ? Object.values(status.nodes).map(nodeOf) : undefined;
}

function nodeOf(node: unknown): WorkflowNode {
  const parameters = at(node, 'outputs', 'parameters');
  const named = (Array.isArray(parameters) ? parameters : []).flatMap((each): [string, string][] => {
    const [name, value] = [textAt(each, 'name'), textAt(each, 'value')];
    return name === undefined || value === undefined ? [] : [[name, value]];
  });
  return {
    template: textAt(node, 'templateName') ?? '',
    phase: textAt(node, 'phase') ?? '',
    message: textAt(node, 'message') || undefined,
    outputs: new Map(named),
  };
}
