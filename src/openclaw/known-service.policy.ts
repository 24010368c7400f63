import { Conflict } from '../platform/errors';
import type { World } from '../platform/gitops';
import { OWNERS_VARIABLE } from './vocabulary';

/** Whether a service of this name is there and is an OpenClaw that was onboarded here. */
export function isOpenclaw(world: World, team: string, service: string): boolean {
  const found = world.service(team, service);
  return found !== undefined && Object.hasOwn(found.env, OWNERS_VARIABLE);
}

export function deployedAlready(team: string, service: string): Conflict {
  return new Conflict(`OpenClaw is deployed as ${team}/${service} already.`, {
    code: 'service_exists',
    field: 'service',
    got: service,
    fix: `Change who may talk to it with mctl_deploy_service, action update-config, env ${OWNERS_VARIABLE}; its size with mctl_apply_openclaw_resource_profile. Another one needs another service name.`,
  });
}

export function otherService(team: string, service: string): Conflict {
  return new Conflict(`${team}/${service} exists already and is no OpenClaw.`, {
    code: 'service_exists',
    field: 'service',
    got: service,
    fix: 'Start OpenClaw under another service name.',
  });
}
