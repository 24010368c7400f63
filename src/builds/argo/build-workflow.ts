import { at, listAt, textAt } from '../../platform/gitops/values';
import { type KubernetesObject, type ObjectRef, RESOURCES } from '../../platform/kubernetes';

/** Template within the ClusterWorkflowTemplate, and so `templateName` of the nodes that build. */
export const ENTRYPOINT = 'build';
const OPERATION_LABEL = 'mctl.dev/operation';

/** All that a build is asked with. */
export interface BuildOrder extends ObjectRef {
  readonly namespace: string;
  /** ClusterWorkflowTemplate. */
  readonly template: string;
  readonly operationId: string;
  readonly team: string;
  readonly service: string;
  /** Where git fetches the source. */
  readonly remote: URL;
  /** 40 hexadecimal digits. */
  readonly commit: string;
  /** Path in the source. */
  readonly dockerfile: string;
  /** Without tag. */
  readonly image: string;
  readonly tag: string;
}

/** The same at every try, so that a Workflow is submitted once whatever happens. */
export function workflowName(operationId: string): string {
  return `build-${operationId.toLowerCase()}`;
}

/**
 * The Workflow of a build: which template with which values, and nothing else. Whatever runs is in the template, which the platform owns
 * (`templateReferencing: Strict`); values get there as environment of a container.
 */
export function workflowOf(order: BuildOrder): KubernetesObject & { spec: object } {
  const { group, version, kind } = RESOURCES.workflow;
  const { name, namespace, team, service, operationId } = order;
  const labels = {
    'app.kubernetes.io/managed-by': 'mctl',
    [OPERATION_LABEL]: operationId,
    'mctl.dev/team': team,
    'mctl.dev/service': service,
  };
  const parameters = Object.entries(parametersOf(order)).map(([key, value]) => ({ name: key, value }));
  return {
    apiVersion: `${group}/${version}`,
    kind,
    metadata: { name, namespace, labels },
    spec: {
      workflowTemplateRef: { name: order.template, clusterScope: true },
      entrypoint: ENTRYPOINT,
      arguments: { parameters },
    },
  };
}

/** Whether a Workflow was made for this operation. */
export function isOfOperation(workflow: KubernetesObject, operationId: string): boolean {
  return workflow.metadata?.labels?.[OPERATION_LABEL] === operationId;
}

/** Whether a Workflow is the one that was asked for: the name alone says nothing, and its order may have been changed since. */
export function isOrdered(workflow: KubernetesObject, order: BuildOrder): boolean {
  const given = listAt(workflow, 'spec', 'arguments', 'parameters').map(
    (each) => [textAt(each, 'name') ?? '', textAt(each, 'value') ?? ''] as const,
  );
  const wanted = parametersOf(order);
  return (
    isOfOperation(workflow, order.operationId) &&
    textAt(workflow, 'spec', 'workflowTemplateRef', 'name') === order.template &&
    at(workflow, 'spec', 'workflowTemplateRef', 'clusterScope') === true &&
    textAt(workflow, 'spec', 'entrypoint') === ENTRYPOINT &&
    given.length === Object.keys(wanted).length &&
    given.every(([name, value]) => wanted[name] === value)
  );
}

/**
 * BuildKit's git context is the remote with the commit as its fragment.
 * @throws Error for a value that Argo would take for an expression of its templates: the forms of input allow none.
 */
function parametersOf({ remote, commit, dockerfile, image, tag }: BuildOrder): Record<string, string> {
  const parameters = {
    context: `${remote.href}#${commit}`,
    'git-host': remote.hostname,
    dockerfile,
    image: `${image}:${tag}`,
  };
  const expression = Object.entries(parameters).find(([, value]) => value.includes('{{') || value.includes('$('));
  if (expression) throw new Error(`${expression[0]} of a build holds an expression`);
  return parameters;
}
