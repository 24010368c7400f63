import { gunzipSync } from 'node:zlib';
import { at, isPlain, mapAt, textAt } from '../gitops/values';
import type { KubernetesObject } from '../kubernetes';

/** More than the 1 MiB that an object may have in etcd unpacks to, by far. */
const MOST_BYTES = 64 * 1024 * 1024;

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
  const nodes = packed === '' ? mapAt(workflow, 'status', 'nodes') : unpacked(packed);
  return nodes && Object.values(nodes).map(nodeOf);
}

function unpacked(packed: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const text = gunzipSync(Buffer.from(packed, 'base64'), { maxOutputLength: MOST_BYTES }).toString('utf8');
    const nodes: unknown = JSON.parse(text);
    return isPlain(nodes) ? nodes : undefined;
  } catch {
    return undefined;
  }
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
