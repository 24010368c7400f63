import { gzipSync } from 'node:zlib';
import type { KubeApi, KubeObject } from './kube-api';

interface Ending {
  readonly phase: 'Succeeded' | 'Failed' | 'Error';
  readonly message?: string;
  /** Output parameter `metadata` of the node that built. */
  readonly metadata?: string;
  /** Packs the nodes, as Argo does with many. */
  readonly packs?: boolean;
}

/** What Argo's controller, scheduler and kubelet would write about Workflows of builds, after Argo's documented status. */
export class FakeArgo {
  constructor(
    private readonly api: KubeApi,
    readonly namespace: string,
  ) {}

  workflow(name: string): KubeObject | undefined {
    return this.api.stored('workflows', this.namespace, name);
  }

  /** All that there are. */
  get workflows(): KubeObject[] {
    return this.api.objects.all('argoproj.io/workflows', this.namespace);
  }

  get secrets(): KubeObject[] {
    return this.api.objects.all('/secrets', this.namespace);
  }

  /** A pod of the Workflow as it is just now. @param status of the pod, with its phase. */
  pod(name: string, status: object): void {
    this.api.put({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `${name}-build-1`,
        namespace: this.namespace,
        labels: { 'workflows.argoproj.io/workflow': name },
        creationTimestamp: '2026-01-01T00:00:00Z',
      },
      spec: { containers: [{ name: 'main', image: 'buildkit' }] },
      status,
    });
    this.status(name, { phase: 'Running', nodes: this.nodes('Running') });
  }

  log(name: string, container: string, ...texts: string[]): void {
    const lines = texts.map((text) => ({ at: '2026-01-01T00:00:01.123456789Z', text }));
    this.api.setLog({ namespace: this.namespace, pod: `${name}-build-1`, container, lines });
  }

  end(name: string, { phase, message, metadata, packs = false }: Ending): void {
    const nodes = this.nodes(phase, metadata, message);
    const packed = packs && { compressedNodes: gzipSync(JSON.stringify(nodes)).toString('base64') };
    this.status(name, { phase, message, ...(packed || { nodes }) });
  }

  status(name: string, status: object): void {
    const workflow = this.workflow(name);
    if (!workflow) throw new Error(`there is no Workflow ${name}`);
    this.api.put({ ...workflow, status: { ...(workflow.status as object | undefined), ...status } });
  }

  private nodes(phase: string, metadata?: string, message?: string): object {
    const outputs = metadata === undefined ? {} : { outputs: { parameters: [{ name: 'metadata', value: metadata }] } };
    const node = { name: 'x', displayName: 'x', templateName: 'build', phase, message };
    return {
      retry: { ...node, id: 'retry', type: 'Retry', ...outputs },
      pod: { ...node, id: 'pod', type: 'Pod', ...outputs },
    };
  }
}

/** As `buildctl build --metadata-file` writes it. */
export function metadataOf(digest: string): string {
  return JSON.stringify({
    'containerimage.config.digest': `sha256:${'0'.repeat(64)}`,
    'containerimage.digest': digest,
  });
}
