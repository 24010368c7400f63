import { Conflict, NotFound } from '../platform/errors';
import type { PreviewKey, World } from '../platform/gitops';
import { digestOf } from '../platform/crypto';
import { nearest } from '../platform/text/nearest';
import { joinedName } from '../services';

/** RFC 1123: one label of a host name. */
const LONGEST_LABEL = 63;
const ID_LENGTH = 6;
const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz';

/** Kubernetes namespace of all previews of a team; chart `tenant` makes it. */
export function namespaceOf(team: string): string {
  return `${team}-preview`;
}

/** Argo CD application of a preview (seed/argocd/applicationsets/previews.yaml). */
export function applicationOf({ team, service, id }: PreviewKey): string {
  return `preview-${team}-${service}-${id}`;
}

/** The team is in the host, so that services of the same name in two teams never meet. */
export function previewHost(world: World, { team, service, id }: PreviewKey): string {
  const { domain, previewDomain } = world.platform;
  return `${joinedName(team, service)}-${id}.${previewDomain ?? domain}`;
}

/** @throws Conflict `name_too_long`: no host can be made of these names. */
export function requireHostFits(team: string, service: string): void {
  const length = joinedName(team, service).length + 1 + ID_LENGTH;
  if (length <= LONGEST_LABEL) return;
  throw new Conflict(
    `The preview’s host would begin with ${team}-${service}-${'x'.repeat(ID_LENGTH)}, ${length} characters; DNS allows ${LONGEST_LABEL}.`,
    {
      code: 'name_too_long',
      field: 'service',
      got: service,
      expected: `names of team and service with at most ${LONGEST_LABEL - ID_LENGTH - 2} characters together`,
      fix: 'A service that is to have previews needs a shorter name: onboard it anew under one.',
    },
  );
}

/**
 * The first id of an endless sequence that is free in this world. What the call is about and when it came decide the sequence: the
 * same call planned again gets the same id, two calls at the same time different ones.
 * @param seed what makes this call another one than every other.
 */
export function freeId(world: World, team: string, service: string, seed: object): string {
  for (let attempt = 0; ; attempt++) {
    const id = idOf(digestOf({ team, service, ...seed, attempt }));
    if (isFree(world, { team, service, id })) return id;
  }
}

/** @param digest hexadecimal; 48 bits of it are far more than the id holds. */
function idOf(digest: string): string {
  let rest = Number.parseInt(digest.slice(0, 12), 16);
  return Array.from({ length: ID_LENGTH }, () => {
    const digit = DIGITS[rest % DIGITS.length];
    rest = Math.floor(rest / DIGITS.length);
    return digit;
  }).join('');
}

/** `a-b`/`c` and `a`/`b-c` would share application and host with one id, and so would a service that is called like a preview. */
function isFree(world: World, { team, service, id }: PreviewKey): boolean {
  const joined = `${joinedName(team, service)}-${id}`;
  const splits = [...joined.matchAll(/-/g)].map(
    ({ index }) => [joined.slice(0, index), joined.slice(index + 1)] as const,
  );
  return !splits.some(
    ([other, name]) =>
      world.hasService(other, name) || world.filesUnder(world.layout.previewsFolder(other) + `${name}/`).length > 0,
  );
}

/** Ids of a service's previews, sorted. */
export function idsOf(world: World, team: string, service: string): string[] {
  return world
    .list(world.layout.previewsFolder(team))
    .filter((name) => name.startsWith(`${service}-`))
    .map((name) => name.slice(service.length + 1).replace(/\/$/, ''))
    .filter((id) => /^[a-z0-9]{6}$/.test(id));
}

export function previewNotFound(world: World, { team, service, id }: PreviewKey): NotFound {
  const ids = idsOf(world, team, service);
  const near = nearest(id, ids);
  return new NotFound(`There is no preview ${id} of ${team}/${service}.`, {
    code: 'preview_not_found',
    field: 'preview_id',
    got: id,
    allowed: near ?? ids.slice(0, 20),
    fix: near ? `Did you mean ${near.join(' or ')}?` : 'mctl_list_previews lists the previews of your team.',
  });
}
