/** A kind that the server knows. */
export interface Kind {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

const kind = (group: string, version: string, plural: string, name: string, namespaced = true): Kind => ({
  ...{ group, version, plural, kind: name, namespaced },
});

/** What a cluster has with Argo CD, Argo Workflows, CloudNativePG, cert-manager, External Secrets and metrics-server. */
export const KINDS: readonly Kind[] = [
  kind('', 'v1', 'namespaces', 'Namespace', false),
  kind('', 'v1', 'serviceaccounts', 'ServiceAccount'),
  kind('', 'v1', 'pods', 'Pod'),
  kind('', 'v1', 'events', 'Event'),
  kind('', 'v1', 'secrets', 'Secret'),
  kind('', 'v1', 'configmaps', 'ConfigMap'),
  kind('', 'v1', 'resourcequotas', 'ResourceQuota'),
  kind('metrics.k8s.io', 'v1beta1', 'pods', 'PodMetrics'),
  kind('argoproj.io', 'v1alpha1', 'applications', 'Application'),
  kind('argoproj.io', 'v1alpha1', 'applicationsets', 'ApplicationSet'),
  kind('argoproj.io', 'v1alpha1', 'appprojects', 'AppProject'),
  kind('argoproj.io', 'v1alpha1', 'workflows', 'Workflow'),
  kind('argoproj.io', 'v1alpha1', 'clusterworkflowtemplates', 'ClusterWorkflowTemplate', false),
  kind('postgresql.cnpg.io', 'v1', 'databases', 'Database'),
  kind('cert-manager.io', 'v1', 'certificates', 'Certificate'),
  kind('external-secrets.io', 'v1', 'externalsecrets', 'ExternalSecret'),
];

export function idOf({ group, plural }: Pick<Kind, 'group' | 'plural'>): string {
  return `${group}/${plural}`;
}

/** What a path of the API means. */
export interface Target {
  readonly kind: Kind;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

/** Undefined where the server has nothing under this path. */
export function targetOf(path: string, kinds: readonly Kind[]): Target | undefined {
  const parts = path.split('/').slice(1).map(decodeURIComponent);
  const group = parts[0] === 'api' ? '' : parts[1];
  const rest = parts.slice(parts[0] === 'api' ? 1 : 2);
  if (!['api', 'apis'].includes(parts[0] ?? '') || rest.length < 2) return undefined;
  const [version, ...after] = rest;
  const hasNamespace = after[0] === 'namespaces' && after.length > 2;
  const [plural, name, subresource, ...more] = hasNamespace ? after.slice(2) : after;
  const found = kinds.find((each) => each.group === group && each.version === version && each.plural === plural);
  if (!found || more.length > 0 || (found.namespaced && !hasNamespace && name !== undefined)) return undefined;
  return { kind: found, namespace: hasNamespace ? after[1] : undefined, name, subresource };
}
