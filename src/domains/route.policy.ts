import { Conflict } from '../platform/errors';
import { flagAt, type Service, type World } from '../platform/gitops';
import { dataOf, requireService, textOf } from '../services';

/**
 * The service, which takes requests from outside.
 * @throws NotFound; Conflict `no_ingress` for a worker, and for a web service whose ingress is off.
 */
export function requireIngress(world: World, team: string, name: string): Service {
  const service = requireService(world, team, name);
  const isOpen = flagAt(dataOf(textOf(world, team, name)), 'ingress', 'enabled') === true;
  if (service.type === 'web' && isOpen) return service;
  const why = service.type === 'worker' ? 'is a worker' : 'has no ingress';
  throw new Conflict(`${team}/${name} ${why}: it takes no requests from outside, so no host can lead to it.`, {
    code: 'no_ingress',
    field: 'service',
    got: name,
    fix: `Choose a web service, or set ingress.enabled: true in ${world.layout.serviceFile(team, name)}.`,
  });
}
