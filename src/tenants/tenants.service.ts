import { Inject, Injectable } from '@nestjs/common';
import { Access } from '../platform/auth/access';
import type { Actor } from '../platform/auth/actor';
import { NotFound } from '../platform/errors';
import {
  folderProblems,
  Gitops,
  type Service,
  serviceFolders,
  serviceProblems,
  tenantFolders,
  tenantProblems,
  warningOf,
  type World,
} from '../platform/gitops';
import { paginate, untrusted } from '../platform/schema';
import { exactEnv, exactValue } from '../platform/text/exact-text';
import { foreignLine, foreignText } from '../platform/text/foreign-text';
import type { GetTenantInput, ListTenantsInput, TenantAnswer, TenantItem, TenantList } from './tenants.dto';

const TENANT_FILE =
  'the GitOps repository, in which others than MCTL write as well: cleaned, cut and with credentials masked, but nobody vouches for it';
const LIST_UNTRUSTED = untrusted(TENANT_FILE, {
  fields: ['items[].display_name', 'items[].quotas', 'warnings[].message'],
});
const ONE_UNTRUSTED = untrusted(TENANT_FILE, {
  fields: [
    ...['display_name', 'description', 'contact_email', 'quotas', 'members[].user', 'github_teams[].team'],
    ...['services[].image_tag', 'services[].host', 'warnings[].message'],
  ],
});
/** What the input takes at most is shown whole. */
const DISPLAY_NAME = 80;
const DESCRIPTION = 500;
/** Longest of everything else. */
const VALUE = 300;

@Injectable()
export class TenantsService {
  constructor(
    @Inject(Gitops) private readonly gitops: Gitops,
    @Inject(Access) private readonly access: Access,
  ) {}

  /**
   * All teams by name; the door lets administrators only in. A file that cannot be read, or is odd, and a folder without one are named
   * in the warnings of the page on which they stand or would stand.
   */
  async list(actor: Actor, input: ListTenantsInput): Promise<TenantList> {
    const world = await this.gitops.world();
    const names = actor.isAdmin ? tenantFolders(world) : await this.access.visibleTeams(actor);
    const { items: page, next_cursor } = paginate(matching(world, names, input.query), input, (name) => name);
    const items = page.flatMap((name) => readItem(world, name));
    const hidden = input.cursor === undefined ? folderProblems(world, [world.layout.under('tenants/')]) : [];
    const warnings = [...hidden, ...page.flatMap((name) => tenantProblems(world, name))].map(warningOf);
    return { items, count: items.length, next_cursor, warnings, untrusted: LIST_UNTRUSTED };
  }

  /** @throws NotFound, or Conflict `unreadable_file`. */
  async get(_actor: Actor, { team }: GetTenantInput): Promise<TenantAnswer> {
    const world = await this.gitops.world();
    const tenant = world.tenant(team);
    if (!tenant) throw new NotFound(`There is no team ${team}.`, { code: 'team_not_found', field: 'team', got: team });
    const { services } = world.services(team);
    const folders = serviceFolders(world, team);
    const problems = [
      ...tenantProblems(world, team),
      ...folderProblems(world, [world.layout.servicesFolder(team)]),
      ...folders.flatMap((name) => serviceProblems(world, team, name)),
    ];
    return {
      name: tenant.name,
      display_name: foreignLine(tenant.displayName, DISPLAY_NAME),
      description: foreignText(tenant.description, DESCRIPTION),
      contact_email: foreignLine(tenant.contactEmail, VALUE),
      quotas: exactEnv(tenant.quotas, VALUE),
      networking: {
        intra_namespace: tenant.networking.intraNamespace,
        cluster_egress: tenant.networking.clusterEgress,
        internet_egress: tenant.networking.internetEgress,
      },
      members: tenant.members.map(({ user, role }) => ({ user: exactValue(user, VALUE), role })),
      github_teams: tenant.githubTeams.map(({ team: slug, role }) => ({ team: exactValue(slug, VALUE), role })),
      services: services.map(serviceItem),
      warnings: problems.map(warningOf),
      untrusted: ONE_UNTRUSTED,
    };
  }
}

function serviceItem({ name, imageTag, hosts }: Service): TenantAnswer['services'][number] {
  return { name, image_tag: shown(imageTag), host: shown(hosts[0]) };
}

function shown(text: string | undefined): string | null {
  return text === undefined ? null : exactValue(text, VALUE);
}

/** Nothing for a file that is absent or cannot be read: the warnings say so. */
function readItem(world: World, name: string): TenantItem[] {
  const isBroken = tenantProblems(world, name).some(({ severity }) => severity === 'broken');
  const tenant = isBroken ? undefined : world.tenant(name);
  if (!tenant) return [];
  const { displayName, members, quotas } = tenant;
  const services = world.serviceNames(name).length;
  const shownName = foreignLine(displayName, DISPLAY_NAME);
  return [{ name, display_name: shownName, members: members.length, services, quotas: exactEnv(quotas, VALUE) }];
}

/** Of names in order, those that are asked for; files are read only where the name alone does not match. */
function* matching(world: World, names: readonly string[], query = ''): Iterable<string> {
  const wanted = query.toLowerCase();
  for (const name of names) {
    if (name.toLowerCase().includes(wanted) || displayName(world, name).includes(wanted)) yield name;
  }
}

function displayName(world: World, name: string): string {
  const [item] = readItem(world, name);
  return item?.display_name.toLowerCase() ?? '';
}
