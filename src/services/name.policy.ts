import { Conflict, InvalidInput, NotFound } from '../platform/errors';
import type { Service, World } from '../platform/gitops';
import { nearest } from '../platform/text/nearest';

/** Names whose Argo CD application would be one that the platform makes itself. */
const RESERVED: Readonly<Record<string, string>> = {
  'openclaw-skills': 'the application {team}-openclaw-skills belongs to the team’s openclaw',
};

/** `{team}-{service}`: Argo CD application, name of every Kubernetes object, first label of the generated host. */
export function joinedName(team: string, service: string): string {
  return `${team}-${service}`;
}

export function generatedHost(world: World, team: string, service: string): string {
  return `${joinedName(team, service)}.${world.platform.domain}`;
}

/**
 * @param otherwise what else the caller may have meant, as half a sentence.
 * @throws NotFound that names the nearest services of this team, never of another; Conflict where its file cannot be read.
 */
export function requireService(world: World, team: string, service: string, otherwise?: string): Service {
  const found = world.service(team, service);
  if (found) return found;
  throw serviceNotFound(world, team, service, otherwise);
}

/** @param otherwise what else the caller may have meant, as half a sentence. */
export function serviceNotFound(world: World, team: string, service: string, otherwise?: string): NotFound {
  const near = nearest(service, world.serviceNames(team));
  return new NotFound(`There is no service ${service} in ${team}.`, {
    code: 'service_not_found',
    field: 'service',
    got: service,
    ...(near && { allowed: near }),
    fix: whatElse(near, otherwise),
  });
}

function whatElse(near: readonly string[] | undefined, otherwise: string | undefined): string {
  const known = near ? `Did you mean ${near.join(' or ')}` : 'mctl_list_services lists the services of your teams';
  if (otherwise === undefined) return `${known}${near ? '?' : '.'}`;
  return near ? `${known}? Or: ${otherwise}.` : `${known}, or ${otherwise}.`;
}

/** @throws NotFound, Conflict or InvalidInput where no new service can have this name. */
export function requireNewService(world: World, team: string, service: string): void {
  if (!world.hasTenant(team)) {
    throw new NotFound(`There is no team ${team}.`, {
      code: 'team_not_found',
      field: 'team',
      got: team,
      fix: 'mctl_create_tenant makes one.',
    });
  }
  if (world.hasService(team, service)) {
    throw new Conflict(`${team}/${service} exists already.`, {
      code: 'service_exists',
      field: 'service',
      got: service,
      fix: 'Use action deploy for a new image tag, update-config for settings.',
    });
  }
  refuseReserved(team, service);
  refuseClash(world, team, service);
}

function refuseReserved(team: string, service: string): void {
  const joined = joinedName(team, service);
  const prefix = ['tenant-', 'preview-', 'databases-'].find((each) => joined.startsWith(each));
  const because =
    RESERVED[service] ?? (prefix && `applications whose names start with ${prefix} are made by the platform`);
  if (because === undefined) return;
  throw new InvalidInput(`A service cannot be called ${service} here: ${because}.`, {
    code: 'reserved_name',
    field: 'service',
    got: service,
    fix: 'Choose another name.',
  });
}

/** Team `a-b` with service `c` and team `a` with service `b-c` would be one application and one host; a preview has a host like a service's. Whose it is stays unsaid. */
function refuseClash(world: World, team: string, service: string): void {
  const joined = joinedName(team, service);
  const taken = splits(joined).some(
    ([other, name]) => (other !== team && world.hasService(other, name)) || world.previewNames(other).includes(name),
  );
  if (!taken) return;
  throw new Conflict(`The name ${joined}, which this service would have, is taken.`, {
    code: 'name_clash',
    field: 'service',
    got: service,
    fix: 'Choose another service name.',
  });
}

function splits(joined: string): [team: string, service: string][] {
  return [...joined.matchAll(/-/g)].map(({ index }) => [joined.slice(0, index), joined.slice(index + 1)]);
}
