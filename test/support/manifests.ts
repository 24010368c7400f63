import type { Manifest } from './helm';

export type Container = {
  name: string;
  image: string;
  env?: { name: string; value: unknown }[];
  ports?: { name: string; containerPort: number }[];
  securityContext?: SecurityContext;
  [field: string]: unknown;
};

export type SecurityContext = {
  runAsNonRoot?: boolean;
  runAsUser?: number;
  privileged?: boolean;
  allowPrivilegeEscalation?: boolean;
  seccompProfile?: { type: string };
  capabilities?: { add?: string[]; drop?: string[] };
};

export type PodSpec = {
  containers: Container[];
  initContainers?: Container[];
  securityContext?: SecurityContext;
  volumes?: Record<string, unknown>[];
  [field: string]: unknown;
};

export function ofKind(manifests: Manifest[], kind: string): Manifest[] {
  return manifests.filter((manifest) => manifest.kind === kind);
}

/** The only manifest of its kind. */
export function only(manifests: Manifest[], kind: string): Manifest {
  const found = ofKind(manifests, kind);
  if (found.length !== 1 || !found[0]) throw new Error(`${found.length} of kind ${kind}, not one`);
  return found[0];
}

export function kindsOf(manifests: Manifest[]): string[] {
  return [...new Set(manifests.map((manifest) => manifest.kind))].sort();
}

/** What stands at a dotted path, or undefined. */
export function at(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined | null)?.[key], value);
}

export function podOf(manifests: Manifest[]): PodSpec {
  return at(only(manifests, 'Deployment'), 'spec.template.spec') as PodSpec;
}

export function mainContainer(manifests: Manifest[]): Container {
  const container = podOf(manifests).containers[0];
  if (!container) throw new Error('a pod without a container');
  return container;
}
