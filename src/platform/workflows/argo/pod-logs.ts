import { Inject, Injectable } from '@nestjs/common';
import { isFault, Kubernetes, type KubernetesObject, labelSelector, RESOURCES } from '../../kubernetes';
import { foreignLine, foreignText } from '../../text/foreign-text';
import { WorkflowObjects } from './workflow-objects';
import type { WorkflowState } from './workflow-state';

/** Argo's names: https://argo-workflows.readthedocs.io/en/latest/workflow-pod-metadata/ */
const WORKFLOW_LABEL = 'workflows.argoproj.io/workflow';
const NODE_ID = 'workflows.argoproj.io/node-id';
const CONTAINER = 'main';
const BYTES = 64 * 1024;
const LINE_LENGTH = 500;
const TAIL_LINES = 20;
const TAIL_LENGTH = 4_000;

export interface PodLine {
  readonly at: string;
  readonly line: string;
}

/** What the programs of steps wrote, while their pods are there. Foreign text, cleaned here. */
@Injectable()
export class PodLogs {
  constructor(
    @Inject(Kubernetes) private readonly kubernetes: Kubernetes,
    @Inject(WorkflowObjects) private readonly workflows: WorkflowObjects,
  ) {}

  /** The last lines of one pod, oldest first; none where it has gone or has not started. @throws KubernetesFault. */
  async of(workflow: string, podNode: string, limit: number): Promise<PodLine[]> {
    const namespace = this.workflows.namespace;
    const labels = labelSelector({ [WORKFLOW_LABEL]: workflow });
    const { items } = await this.kubernetes.list<KubernetesObject>(RESOURCES.pod, { namespace, labels });
    const pod = items.find(({ metadata }) => metadata?.annotations?.[NODE_ID] === podNode)?.metadata?.name;
    if (pod === undefined) return [];
    const options = { container: CONTAINER, tailLines: limit, limitBytes: BYTES };
    try {
      const text = await this.kubernetes.logs({ namespace, name: pod }, options);
      return text.split('\n').flatMap(readLine).slice(-limit);
    } catch (error) {
      if (isFault(error, 'invalid', 'absent')) return [];
      throw error;
    }
  }

  /** The end of what the last step that did not succeed wrote; empty where nothing is left of it. @throws KubernetesFault. */
  async tail({ name, nodes }: WorkflowState): Promise<string> {
    const podNode = nodes.findLast(({ phase }) => phase !== 'Succeeded')?.podNode;
    if (podNode === undefined) return '';
    const lines = await this.of(name, podNode, TAIL_LINES);
    return foreignText(lines.map(({ line }) => line).join('\n'), TAIL_LENGTH);
  }
}

/** `2026-03-01T12:00:00.123456789Z text`, as `timestamps=true` makes it. */
function readLine(line: string): PodLine[] {
  const [, at, text] = /^(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)) (.*)$/s.exec(line) ?? [];
  return at === undefined || text === undefined ? [] : [{ at, line: foreignLine(text, LINE_LENGTH) }];
}
