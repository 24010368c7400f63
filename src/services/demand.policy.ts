import type { InitContainer, Resources, Service } from '../platform/gitops';
import { Quantity } from '../platform/quantity';

/** Keys of a ResourceQuota that count what containers ask for. */
export const CONTAINER_RESOURCES = ['requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'] as const;
export type ContainerResource = (typeof CONTAINER_RESOURCES)[number];

/**
 * What one pod of a service takes of a resource, as Kubernetes counts it: the main container with those beside it, or the largest
 * init container where that is more, since they run one after the other and before (Pod resource sharing, init containers). An
 * init container that stays (a sidecar) counts on both sides, for those that start after it.
 * @returns undefined where the main container names no quantity. Another container without one takes nothing.
 */
export function podDemand(service: Service, resource: ContainerResource): Quantity | undefined {
  const main = askedBy(service.resources, resource);
  if (!main) return undefined;
  const beside = service.sidecars.reduce((sum, each) => sum.plus(askedBy(each, resource) ?? Quantity.zero), main);
  const { staying, most } = startOf(service.initContainers, resource);
  return beside.plus(staying).max(most);
}

/** What stays when all init containers have had their turn, and the most that there was at once. */
function startOf(
  containers: readonly InitContainer[],
  resource: ContainerResource,
): { staying: Quantity; most: Quantity } {
  let [staying, most] = [Quantity.zero, Quantity.zero];
  for (const container of containers) {
    const now = staying.plus(askedBy(container, resource) ?? Quantity.zero);
    if (container.isSidecar) staying = now;
    most = most.max(now);
  }
  return { staying, most };
}

/** Who names a limit and no request asks for the limit (Kubernetes' own default). */
function askedBy(container: Resources, resource: ContainerResource): Quantity | undefined {
  const [kind, unit] = resource.split('.') as ['requests' | 'limits', string];
  const written = container[kind][unit] ?? container.limits[unit];
  return written === undefined ? undefined : Quantity.parse(written);
}
