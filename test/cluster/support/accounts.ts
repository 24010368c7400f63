import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { type Right, rightsOf } from '../../../src/platform/kubernetes';
import { helmTemplate, type Manifest, ROOT } from '../../support/helm';
import type { Loose } from '../../support/loose';
import type { Api } from './api';
import { accountKubeconfig, type Namespaces } from './place';

const CHART = join(ROOT, 'deploy/helm/mctl');
const RBAC = 'rbac.authorization.k8s.io';
export const ACCOUNT = 'mctl';
/** Let in, and allowed nothing. */
export const NOBODY = 'nobody';

/** With every mode that asks for rights. */
export function allRights({ argocd, databases, mctl, builds }: Namespaces): readonly Right[] {
  return rightsOf({
    cluster: 'kubernetes',
    argocdNamespace: argocd,
    databaseNamespace: databases,
    workflows: 'argo',
    argoNamespace: mctl,
    builder: 'argo',
    buildNamespace: builds,
  });
}

export function hasChart(): boolean {
  return existsSync(join(CHART, 'Chart.yaml'));
}

/** MCTL's ServiceAccount with its Roles and their bindings: those that the chart renders, where there is one. */
export async function accountObjects(prefix: string, namespaces: Namespaces): Promise<Manifest[]> {
  const objects = hasChart() ? await fromChart(prefix, namespaces) : fromRights(prefix, namespaces);
  return [...objects, serviceAccount(NOBODY, namespaces.mctl)];
}

async function fromChart(prefix: string, { mctl, argocd, databases, builds }: Namespaces): Promise<Manifest[]> {
  const values = parse(readFileSync(join(CHART, 'ci/argo.yaml'), 'utf8'));
  const manifests = await helmTemplate({
    chart: CHART,
    name: prefix,
    namespace: mctl,
    values: {
      ...values,
      fullnameOverride: ACCOUNT,
      argocd: { ...values.argocd, namespace: argocd },
      databases: { ...values.databases, namespace: databases },
      builder: { ...values.builder, kind: 'argo', namespace: builds, registry: 'registry.example.org/apps' },
    },
  });
  return manifests
    .filter(({ apiVersion, kind }) => apiVersion.startsWith(`${RBAC}/`) || kind === 'ServiceAccount')
    .map((manifest) => inNamespace(manifest, mctl));
}

/** Helm leaves the namespace of the release to whoever installs it. */
function inNamespace(manifest: Manifest, namespace: string): Manifest {
  if (manifest.kind.startsWith('Cluster')) return manifest;
  return { ...manifest, metadata: { namespace, ...manifest.metadata } };
}

function fromRights(prefix: string, namespaces: Namespaces): Manifest[] {
  const rights = allRights(namespaces);
  const places = [...new Set(rights.map(({ namespace }) => namespace))];
  return [
    serviceAccount(ACCOUNT, namespaces.mctl),
    ...places.flatMap((namespace) => {
      const kind = namespace === '' ? 'ClusterRole' : 'Role';
      const metadata = namespace === '' ? { name: prefix } : { name: ACCOUNT, namespace };
      const rules = rights
        .filter((right) => right.namespace === namespace)
        .map(({ group, resource, subresource, verbs }) => ({
          apiGroups: [group],
          resources: [subresource === undefined ? resource : `${resource}/${subresource}`],
          verbs,
        }));
      const apiVersion = `${RBAC}/v1`;
      const roleRef = { apiGroup: RBAC, kind, name: metadata.name };
      const subjects = [{ kind: 'ServiceAccount', name: ACCOUNT, namespace: namespaces.mctl }];
      return [
        { apiVersion, kind, metadata, rules },
        { apiVersion, kind: `${kind}Binding`, metadata, roleRef, subjects },
      ];
    }),
  ];
}

export function serviceAccount(name: string, namespace: string): Manifest {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } };
}

/** A token by TokenRequest, as pods get theirs. */
export async function tokenOf(api: Api, namespace: string, name: string): Promise<string> {
  const { status } = await api.ask('POST', `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: 3_600 },
  });
  return status.token as string;
}

/** Writes a kubeconfig for the same server with a token instead. @returns its path. */
export function writeKubeconfig(folder: string, name: string, cluster: object, token: string): string {
  const path = accountKubeconfig(folder, name);
  const text = stringify({
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'test' },
    clusters: [{ name: 'test', cluster }],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
  });
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

/** The cluster of a kubeconfig's current context, as it stands there: address and authority, no credential. */
export function clusterIn(kubeconfig: string): Loose {
  const config = parse(readFileSync(kubeconfig, 'utf8'));
  const context = config.contexts.find(({ name }: Loose) => name === config['current-context']);
  return config.clusters.find(({ name }: Loose) => name === context.context.cluster).cluster;
}
