import type { KubernetesObject } from '../../kubernetes';
import type { Operation } from '../../operations/operation';
import type { OperationRow } from '../../store';
import { entrypointOf } from './argo-steps';
import { workflowName } from './workflow-name';

/** Selects the Workflows that are ours. */
export const OURS = { 'app.kubernetes.io/managed-by': 'mctl', 'app.kubernetes.io/component': 'operation' } as const;
export const OPERATION_ID = 'mctl.dev/operation-id';
/** The one parameter. Everything else of an operation is in the store, where nobody who may only create Workflows can change it. */
export const ID_PARAMETER = 'operation-id';

export interface Place {
  readonly namespace: string;
  /** Name of the ClusterWorkflowTemplate. */
  readonly template: string;
}

/**
 * The Workflow that carries out what is left of an operation. Under `templateReferencing: Strict` a controller takes nothing in its spec but this:
 * deadlines, retries, locks and accounts are in the template (https://argo-workflows.readthedocs.io/en/latest/workflow-restrictions/).
 */
export function workflowManifest(operation: Operation, row: OperationRow, { namespace, template }: Place) {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: {
      name: workflowName(row),
      namespace,
      labels: {
        ...OURS,
        ...(row.team !== null && { 'mctl.dev/team': row.team }),
        'mctl.dev/operation': row.operation,
        [OPERATION_ID]: row.id,
      },
      annotations: { 'mctl.dev/workflow': row.workflow },
    },
    spec: {
      workflowTemplateRef: { name: template, clusterScope: true },
      entrypoint: entrypointOf(operation, row),
      arguments: { parameters: [{ name: ID_PARAMETER, value: row.id }] },
    },
  } satisfies KubernetesObject & { spec: object };
}
