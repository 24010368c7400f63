import { Inject, Injectable } from '@nestjs/common';
import type { Actor } from '../platform/auth/actor';
import { Access } from '../platform/auth/access';
import { Conflict, NotFound } from '../platform/errors';
import { Gitops, type Service, type Tenant, type World } from '../platform/gitops';
import type { WarningItem } from '../platform/operations/answer.dto';
import { paginate } from '../platform/schema';
import type { GetTenantInput, ListTenantsInput, TenantAnswer, TenantItem, TenantList } from './tenants.dto';

@Injectable()
export class TenantsService {
  constructor(
    @Inject(Gitops) private readonly gitops: Gitops,
    @Inject(Access) private readonly access: Access,
  ) {}

  /** All teams; the door lets administrators only in. Files that cannot be read are named in the warnings. */
  async list(actor: Actor, input: ListTenantsInput): Promise<TenantList> {
    const world = await this.gitops.world();
    const names = await this.access.visibleTeams(actor);
    const warnings: WarningItem[] = [];
    const tenants = names.flatMap((name) => readTenant(world, name, warnings));
    return {
      ...paginate(
        tenants.filter((tenant) => matches(tenant, input.query)),
        input,
        ({ name }) => name,
      ),
      warnings,
    };
  }

  /** @throws NotFound, or Conflict `unreadable_file`. */
  async get(_actor: Actor, { team }: GetTenantInput): Promise<TenantAnswer> {
    const world = await this.gitops.world();
    const tenant = world.tenant(team);
    if (!tenant) throw new NotFound(`There is no team ${team}.`, { code: 'team_not_found', field: 'team', got: team });
    const { services, problems } = world.services(team);
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
      warnings: problems.map(({ message }) => ({ code: 'unreadable_file', message })),
    };
  }
}

function serviceItem({ name, imageTag, hosts }: Service): TenantAnswer['services'][number] {
  return { name, image_tag: imageTag ?? null, host: hosts[0] ?? null };
}

function readTenant(world: World, name: string, warnings: WarningItem[]): TenantItem[] {
  try {
    const tenant = world.tenant(name);
    return tenant ? [itemOf(name, tenant, world)] : [];
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    warnings.push({ code: 'unreadable_file', message: error.message });
    return [];
  }
}

function itemOf(name: string, tenant: Tenant, world: World): TenantItem {
  return {
    name,
    display_name: tenant.displayName,
    members: tenant.members.length,
    services: world.serviceNames(name).length,
    quotas: tenant.quotas,
  };
}

function matches({ name, display_name }: TenantItem, query: string | undefined): boolean {
  return query === undefined || `${name} ${display_name}`.toLowerCase().includes(query.toLowerCase());
}
