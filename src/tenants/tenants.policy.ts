/**
 * Names that no team may have: namespaces of the platform and of Kubernetes, Argo CD's own project, names that look like the
 * platform's (rules of the upstream platform, and the clashes found in its repository).
 */
const RESERVED = new Set([
  'admin',
  'admins',
  'allow',
  'argo',
  'argo-events',
  'argo-rollouts',
  'argo-workflows',
  'argocd',
  'backstage',
  'cert-manager',
  'cnpg-system',
  'databases',
  'default',
  'external-secrets',
  'ingress-nginx',
  'kube-node-lease',
  'kube-public',
  'kube-system',
  'mctl',
  'mctl-api',
  'minio',
  'monitoring',
  'platform',
  'platform-db',
  'preview',
  'root',
  'system',
  'temporal',
  'tenant',
  'tenants',
  'traefik',
  'vault',
]);
const RESERVED_PREFIXES = ['kube-', 'mctl-', 'platform-', 'argo-', 'openshift-'];
const RESERVED_SUFFIXES = ['-system', '-preview'];

/** Why a team may not be called so; undefined where it may. Administrators are bound by this too. */
export function reservedBecause(team: string): string | undefined {
  if (RESERVED.has(team)) return 'it is a name of the platform';
  const prefix = RESERVED_PREFIXES.find((each) => team.startsWith(each));
  if (prefix) return `names starting with ${prefix} belong to the platform`;
  const suffix = RESERVED_SUFFIXES.find((each) => team.endsWith(each));
  return suffix && `names ending in ${suffix} belong to the platform`;
}
