import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../config';
import { type Informer, isFault, Kubernetes, type KubernetesObject, labelSelector, RESOURCES } from '../../kubernetes';
import type { Operation } from '../../operations/operation';
import type { OperationRow } from '../../store';
import { OURS, workflowManifest } from './workflow-manifest';
import { workflowName } from './workflow-name';
import { readWorkflow, type WorkflowState } from './workflow-state';

/** An object of which a look has told that it is of the operation that is meant. */
type Ref = Pick<WorkflowState, 'name' | 'uid'>;

/** Our Workflows as objects of the cluster. All throw KubernetesFault. */
@Injectable()
export class WorkflowObjects {
  constructor(
    @Inject(Kubernetes) private readonly kubernetes: Kubernetes,
    @Inject(Config) private readonly config: Config,
  ) {}

  get namespace(): string {
    return this.config.values.argoNamespace;
  }

  /** @returns the Workflow that is there now: the new one, or one of the same name that was there before. */
  async submit(operation: Operation, row: OperationRow): Promise<WorkflowState | undefined> {
    const { argoNamespace: namespace, argoTemplate: template } = this.config.values;
    const manifest = workflowManifest(operation, row, { namespace, template });
    try {
      return readWorkflow(await this.kubernetes.create(RESOURCES.workflow, manifest));
    } catch (error) {
      if (!isFault(error, 'exists')) throw error;
      return this.find(manifest.metadata.name);
    }
  }

  /** The one of this operation, as the API has it now; undefined also where the name is another's. */
  async findOf(row: OperationRow): Promise<WorkflowState | undefined> {
    const state = await this.find(workflowName(row));
    return state?.operationId === row.id ? state : undefined;
  }

  /** As the API has it now; undefined where there is none. */
  async find(name: string): Promise<WorkflowState | undefined> {
    try {
      return readWorkflow(await this.kubernetes.get(RESOURCES.workflow, { namespace: this.namespace, name }));
    } catch (error) {
      if (isFault(error, 'absent')) return undefined;
      throw error;
    }
  }

  /** Running pods are told to end, and none follows. @returns false where it is gone, or another one has its name. */
  stop({ name, uid }: Ref): Promise<boolean> {
    const ref = { namespace: this.namespace, name };
    return this.unlessGone(
      this.kubernetes.patch(RESOURCES.workflow, ref, { metadata: { uid }, spec: { shutdown: 'Stop' } }),
    );
  }

  /** That very object, not another one of its name. */
  async remove({ name, uid }: Ref): Promise<void> {
    await this.unlessGone(this.kubernetes.delete(RESOURCES.workflow, { namespace: this.namespace, name, uid }));
  }

  /** Follows all of ours. The caller starts and stops it. */
  follow(changed: () => void): Informer<WorkflowState> {
    const scope = { namespace: this.namespace, labels: labelSelector(OURS) };
    const keep = (object: KubernetesObject): WorkflowState | undefined => {
      const state = readWorkflow(object);
      return state?.operationId === undefined ? undefined : state;
    };
    return this.kubernetes.informer(RESOURCES.workflow, scope, {
      name: `Workflows in ${this.namespace}`,
      keep,
      changed,
    });
  }

  private async unlessGone(request: Promise<unknown>): Promise<boolean> {
    try {
      await request;
      return true;
    } catch (error) {
      // A `conflict` is of the uid: it is gone, and another one of its name is there.
      if (!isFault(error, 'absent', 'conflict')) throw error;
      return false;
    }
  }
}
