import type { Resources } from './service-file';
import { flagAt, listAt, mapAt, textAt, quantityMapAt } from './values';

/** A container that runs before the main one; a sidecar stays beside it (`restartPolicy: Always`, Kubernetes 1.29). */
export interface InitContainer extends Resources {
  readonly isSidecar: boolean;
}

/** A persistent volume claim of the service. */
export interface Claim {
  readonly name: string;
  /** Kubernetes quantity. */
  readonly size: string;
}

/** Default of chart `service` (templates/persistentvolumeclaim.yaml). */
const CLAIM_SIZE = '1Gi';

export function readInitContainers(data: unknown): InitContainer[] {
  return listAt(data, 'initContainers').map((container) => ({
    requests: quantityMapAt(container, 'resources', 'requests'),
    limits: quantityMapAt(container, 'resources', 'limits'),
    isSidecar: textAt(container, 'restartPolicy') === 'Always',
  }));
}

/** Claims that are switched off (`enabled: false`) are not made, whatever else the file says of them. */
export function readClaims(data: unknown): Claim[] {
  return Object.keys(mapAt(data, 'persistence'))
    .filter((name) => flagAt(data, 'persistence', name, 'enabled') !== false)
    .map((name) => ({ name, size: textAt(data, 'persistence', name, 'size') || CLAIM_SIZE }));
}
