import type { KubernetesObject } from '../../../src/platform/kubernetes';
import type { Loose } from '../../support/loose';
import type { Facts } from './place';

type Object = KubernetesObject & Readonly<Record<string, unknown>>;

/** As an ApplicationSet makes it. */
export function application({ namespaces }: Facts, name: string, labels: Record<string, string> = {}): Object {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: namespaces.argocd, labels },
    spec: {
      project: namespaces.team,
      destination: { server: 'https://kubernetes.default.svc', namespace: namespaces.team },
      sources: [{ repoURL: 'https://git.example.org/gitops.git', path: 'services', targetRevision: 'main' }],
    },
  };
}

/** What Argo CD writes once it has looked at a revision. */
export function statusAt(revision: string, health = 'Healthy', sync = 'Synced'): Loose {
  const sources = [{ repoURL: 'https://git.example.org/gitops.git' }];
  return {
    sync: { status: sync, revisions: [revision], comparedTo: { sources, destination: {} } },
    health: { status: health, lastTransitionTime: '2026-01-01T00:00:00Z' },
    operationState: {
      ...{ phase: 'Succeeded', message: 'ok', operation: {}, startedAt: '2026-01-01T00:00:00Z' },
      syncResult: { revision: '', revisions: [revision], sources },
    },
    summary: { images: ['ghcr.io/acme/api:1.1.0'] },
  };
}

export function workflow({ namespaces }: Facts, name: string, spec: object = {}, namespace = namespaces.mctl): Object {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: { name, namespace },
    spec: { entrypoint: 'deploy-service', workflowTemplateRef: { name: 'mctl', clusterScope: true }, ...spec },
  };
}

export function pod({ namespaces }: Facts, name: string, labels: Record<string, string> = {}): Object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: namespaces.team, labels },
    spec: {
      automountServiceAccountToken: false,
      // No node has it: the pod is never scheduled, with and without a scheduler.
      nodeSelector: { 'mctl.dev/test': 'nowhere' },
      containers: [{ name: 'api', image: 'ghcr.io/acme/api:1.1.0' }],
    },
  };
}
