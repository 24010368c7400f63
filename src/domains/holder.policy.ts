import { Conflict } from '../platform/errors';
import { type Domain, previewParts, type Service, type World } from '../platform/gitops';
import { domainsOf, isExpired, readableDomain } from './domains-in';

export interface Owner {
  readonly team: string;
  readonly service: string;
}

/**
 * What this service has registered for the host already.
 * @throws Conflict `domain_taken` where the host is held by anybody else, who stays unnamed outside of the own team.
 */
export function ownRegistration(world: World, host: string, owner: Owner, now: Date): Domain | undefined {
  refuseRoutedElsewhere(world, host, owner);
  if (world.text(world.layout.domainFile(host)) === undefined) return undefined;
  const domain = readableDomain(world, host);
  // What cannot be read may be anybody's.
  if (!domain) throw taken(host);
  if (domain.team === owner.team && domain.service === owner.service) return domain;
  if (isExpired(domain, now)) return undefined;
  throw taken(host, domain.team === owner.team ? domain.service : undefined);
}

/** @throws Conflict `domain_taken` where the file of another service, or of a preview, names the host or a wildcard above it. */
export function refuseRoutedElsewhere(world: World, host: string, owner: Owner): void {
  const names = [host, `*.${host.slice(host.indexOf('.') + 1)}`];
  for (const service of routesNaming(world, names)) {
    const isOwnTeams = service?.team === owner.team;
    const isOwn = isOwnTeams && service.name === owner.service && !('id' in service);
    if (!isOwn) throw taken(host, isOwnTeams ? service.name : undefined);
  }
}

/** Services and previews whose hosts include one of these names; undefined for a file that names one and cannot be read. */
function* routesNaming(world: World, names: readonly string[]): Iterable<Service | undefined> {
  const mayName = new RegExp(names.map((name) => name.replace(/[.*]/g, '\\$&')).join('|'), 'i');
  for (const [path, read] of valuesFiles(world)) {
    if (!mayName.test(world.text(path) ?? '')) continue;
    const service = readable(read);
    if (!service || service.hosts.some((each) => names.includes(each.toLowerCase()))) yield service;
  }
}

/** Every values file that may name a host. Text first: parsing ten thousand files to find one host would take seconds. */
function* valuesFiles(world: World): Iterable<[path: string, read: () => Service | undefined]> {
  for (const team of foldersIn(world, 'services/')) {
    for (const name of world.serviceNames(team)) {
      yield [world.layout.serviceFile(team, name), () => world.service(team, name)];
    }
  }
  for (const team of foldersIn(world, 'previews/')) {
    for (const folder of world.previewNames(team)) {
      const parts = previewParts(folder);
      if (!parts) continue;
      const { service, id } = parts;
      yield [world.layout.previewFile(team, service, id), () => world.preview(team, service, id)];
    }
  }
}

function foldersIn(world: World, folder: string): string[] {
  return world.list(world.layout.under(folder)).flatMap((name) => (name.endsWith('/') ? [name.slice(0, -1)] : []));
}

function readable(read: () => Service | undefined): Service | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Conflict) return undefined;
    throw error;
  }
}

/** @param service of the caller's own team; of others nothing is said. */
function taken(host: string, service?: string): Conflict {
  const by = service === undefined ? '' : ` by your team’s ${service}`;
  return new Conflict(`${host} is taken${by}.`, {
    code: 'domain_taken',
    field: 'domain',
    got: host,
    fix:
      service === undefined
        ? 'Choose another host, or ask a platform administrator who holds this one.'
        : `Remove it from ${service} first, or choose another host.`,
  });
}

/** What `requireFewerWaiting` counts beside the files. */
interface Waiting {
  /** The host is registered already and stays so: only the workflow would be new. */
  readonly isKept: boolean;
  /** Hosts that workflows of the team wait for. */
  readonly waiting: readonly string[];
  readonly now: Date;
}

/**
 * Whoever may register without end may take the names of others for a week at a time, and keep MCTL busy with waiting.
 * @throws Conflict `pending_limit` with the hosts that wait.
 */
export function requireFewerWaiting(world: World, team: string, host: string, { isKept, waiting, now }: Waiting): void {
  const { pendingDomains: most = Infinity } = world.platform;
  if (isKept && waiting.includes(host)) return;
  const pending = isKept ? [] : pendingOf(world, team, now);
  const others = [...new Set([...pending, ...waiting])].filter((each) => each !== host);
  if (others.length < most) return;
  throw new Conflict(`Team ${team} has ${others.length} domains that wait for their DNS record; ${most} may.`, {
    code: 'pending_limit',
    field: 'domain',
    details: { setting: 'MCTL_PENDING_DOMAINS', pending: others.slice(0, 20) },
    fix: 'Prove or remove one of them first: mctl_list_domains shows what each waits for.',
  });
}

function pendingOf(world: World, team: string, now: Date): string[] {
  return domainsOf(world, team)
    .domains.filter((domain) => domain.status === 'pending' && !isExpired(domain, now))
    .map(({ host }) => host);
}
