import { z } from 'zod';
import { plainSetting, setting } from './setting';
import { duration, durationBetween, label, optionalText } from './setting-schemas';

/** The cluster that Argo CD applies the repository to: a part of `SETTINGS`. */
export const CLUSTER_SETTINGS = {
  cluster: plainSetting('MCTL_CLUSTER', z.enum(['none', 'kubernetes'], 'must be none or kubernetes'), {
    fallback: 'none',
    help: 'Where actual state (sync, health, pods, logs) is read: kubernetes = its API and Argo CD’s Applications; none = answers from desired state, labelled source: gitops.',
  }),
  kubeconfig: setting('MCTL_KUBECONFIG', optionalText, {
    fallback: '',
    help: 'Kubeconfig with the API server and the credential for it; empty = the service account of the pod that MCTL runs in.',
    example: '/etc/mctl/kubeconfig',
  }),
  kubernetesTimeout: plainSetting('MCTL_KUBERNETES_TIMEOUT', durationBetween('1s', '60s'), {
    fallback: '10s',
    help: 'How long one request to the API server may take, from 1s to 60s.',
  }),
  argocdNamespace: plainSetting(
    'MCTL_ARGOCD_NAMESPACE',
    z
      .string()
      .regex(new RegExp(`^${label}$`), 'must be a Kubernetes name: lower-case letters, digits, hyphens, at most 63'),
    { fallback: 'argocd', help: 'Namespace of Argo CD, in which its Applications are.' },
  ),
  clusterIncidents: plainSetting('MCTL_CLUSTER_INCIDENTS', duration, {
    fallback: '1m',
    help: 'How often Applications are looked through for incidents (Degraded, sync failed); 0s = never.',
  }),
} as const;
