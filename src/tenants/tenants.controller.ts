import { Controller, Inject } from '@nestjs/common';
import type { Actor } from '../platform/auth/actor';
import { ReadRoute } from '../platform/http/route.decorators';
import { Caller, Input, InToolset } from '../platform/mcp';
import { GetTenantInput, ListTenantsInput, TenantAnswer, TenantList } from './tenants.dto';
import { TenantsService } from './tenants.service';

@InToolset('tenants')
@Controller('api/v1')
export class TenantsController {
  constructor(@Inject(TenantsService) private readonly tenants: TenantsService) {}

  @ReadRoute('tenants', {
    tag: 'tenants',
    summary: 'All teams, for platform admins',
    role: 'admin',
    team: 'none',
    input: ListTenantsInput,
    answer: TenantList,
  })
  list(@Input() input: ListTenantsInput, @Caller() actor: Actor): Promise<TenantList> {
    return this.tenants.list(actor, input);
  }

  @ReadRoute('tenants/:team', {
    tag: 'tenants',
    summary: 'One team',
    role: 'viewer',
    team: 'argument',
    input: GetTenantInput,
    answer: TenantAnswer,
  })
  get(@Input() input: GetTenantInput, @Caller() actor: Actor): Promise<TenantAnswer> {
    return this.tenants.get(actor, input);
  }
}
