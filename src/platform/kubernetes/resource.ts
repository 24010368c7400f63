/** A kind of object as the API names it. */
export interface Resource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** As in the path, e.g. `applications`. */
  readonly plural: string;
  readonly kind: string;
  readonly isNamespaced: boolean;
}

/** Which object of a kind. */
export interface ObjectRef {
  /** Absent for kinds without namespaces. */
  readonly namespace?: string;
  readonly name: string;
}

/** Whatever the API calls an object; only what is read here. */
export interface KubernetesObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly creationTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** The kinds that MCTL reads or writes. */
export const RESOURCES = {
  application: namespaced('argoproj.io', 'v1alpha1', 'applications', 'Application'),
  workflow: namespaced('argoproj.io', 'v1alpha1', 'workflows', 'Workflow'),
  clusterWorkflowTemplate: {
    ...namespaced('argoproj.io', 'v1alpha1', 'clusterworkflowtemplates', 'ClusterWorkflowTemplate'),
    isNamespaced: false,
  },
  workflowTaskResult: namespaced('argoproj.io', 'v1alpha1', 'workflowtaskresults', 'WorkflowTaskResult'),
  namespace: { ...namespaced('', 'v1', 'namespaces', 'Namespace'), isNamespaced: false },
  pod: namespaced('', 'v1', 'pods', 'Pod'),
  secret: namespaced('', 'v1', 'secrets', 'Secret'),
  serviceAccount: namespaced('', 'v1', 'serviceaccounts', 'ServiceAccount'),
  event: namespaced('', 'v1', 'events', 'Event'),
  resourceQuota: namespaced('', 'v1', 'resourcequotas', 'ResourceQuota'),
  podMetrics: namespaced('metrics.k8s.io', 'v1beta1', 'pods', 'PodMetrics'),
  certificate: namespaced('cert-manager.io', 'v1', 'certificates', 'Certificate'),
  externalSecret: namespaced('external-secrets.io', 'v1', 'externalsecrets', 'ExternalSecret'),
  database: namespaced('postgresql.cnpg.io', 'v1', 'databases', 'Database'),
} as const satisfies Record<string, Resource>;

function namespaced(group: string, version: string, plural: string, kind: string): Resource {
  return { group, version, plural, kind, isNamespaced: true };
}

/** Path of a collection, over all namespaces where none is given, or of one object in it. Every part is encoded. */
export function pathOf(
  { group, version, plural }: Resource,
  ref: Partial<ObjectRef> = {},
  subresource?: string,
): string {
  const parts = [
    ...(group === '' ? ['api', version] : ['apis', group, version]),
    ...(ref.namespace === undefined ? [] : ['namespaces', ref.namespace]),
    plural,
    ...(ref.name === undefined ? [] : [ref.name]),
    ...(subresource === undefined ? [] : [subresource]),
  ];
  return `/${parts.map(segment).join('/')}`;
}

/** @throws Error for what would lead to another path: such a name is a mistake of ours, the API allows none. */
function segment(part: string): string {
  if (part === '' || part === '.' || part === '..') {
    throw new Error(`"${part}" is no part of a path of the Kubernetes API`);
  }
  return encodeURIComponent(part);
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
const LABEL_VALUE = /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;

/**
 * A selector that all of these labels must meet.
 * @param labels keys are ours; values may come from input.
 * @throws Error for a value that no label can have: it could end the requirement and begin another.
 */
export function labelSelector(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => {
      if (!LABEL_VALUE.test(value)) throw new Error(`${key} cannot be selected by this value`);
      return `${key}=${value}`;
    })
    .join(',');
}
