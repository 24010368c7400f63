import { textAt, type World } from '../platform/gitops';
import { joinedName } from './name.policy';
import { dataOf, textOf } from './service-file';

/** Names of Kubernetes' objects (RFC 1123 label): what is none never became a Deployment. */
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * What chart `service` calls the Deployment and labels all objects of the service with (`app.kubernetes.io/instance`): the Argo CD
 * application's name, unless the file has one of its own.
 */
export function deploymentOf(world: World, team: string, service: string): string {
  const own = textAt(dataOf(textOf(world, team, service)), 'fullnameOverride');
  return own !== undefined && LABEL.test(own) ? own : joinedName(team, service);
}
