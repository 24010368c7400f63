import { textAt, type World } from '../platform/gitops';
import { dataOf, joinedName, textOf } from '../services';

/** What chart `service` calls the Deployment: the Argo CD application's name, unless the file has one of its own. */
export function deploymentOf(world: World, team: string, service: string): string {
  return textAt(dataOf(textOf(world, team, service)), 'fullnameOverride') || joinedName(team, service);
}
