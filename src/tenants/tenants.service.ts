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
import { paginate } from '../platform/schema';
import type { GetTenantInput, ListTenantsInput, TenantAnswer, TenantItem, TenantList } from './tenants.dto';

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
    return { items, count: items.length, next_cursor, warnings };
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
      display_name: tenant.displayName,
      description: tenant.description,
      contact_email: tenant.contactEmail,
      quotas: tenant.quotas,
      networking: {
        intra_namespace: tenant.networking.intraNamespace,
        cluster_egress: tenant.networking.clusterEgress,
        internet_egress: tenant.networking.internetEgress,
      },
      members: tenant.members.map(({ user, role }) => ({ user, role })),
      github_teams: tenant.githubTeams.map(({ team: slug, role }) => ({ team: slug, role })),
      services: services.map(serviceItem),
      warnings: problems.map(warningOf),
    };
  }
}

function serviceItem({ name, imageTag, hosts }: Service): TenantAnswer['services'][number] {
  return { name, image_tag: imageTag ?? null, host: hosts[0] ?? null };
}

/** Nothing for a file that is absent or cannot be read: the warnings say so. */
function readItem(world: World, name: string): TenantItem[] {
  const isBroken = tenantProblems(world, name).some(({ severity }) => severity === 'broken');
  const tenant = isBroken ? undefined : world.tenant(name);
  if (!tenant) return [];
  const { displayName, members, quotas } = tenant;
  const services = world.serviceNames(name).length;
  return [{ name, display_name: displayName, members: members.length, services, quotas }];
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
