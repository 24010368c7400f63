import { Inject } from '@nestjs/common';
import { McpController } from '@rekog/mcp-nest';
import type { Actor } from '../platform/auth/actor';
import { Caller, Input, InToolset, ToolResource } from '../platform/mcp';
import { GetTenantInput, type TenantAnswer } from './tenants.dto';
import { TenantsService } from './tenants.service';

@InToolset('tenants')
@McpController()
export class TenantsResources {
  constructor(@Inject(TenantsService) private readonly tenants: TenantsService) {}

  @ToolResource({
    uri: 'mctl://tenants/{team}',
    name: 'tenant',
    title: 'Team',
    description: 'One team: members and roles, quotas, networking, and its services as git declares them.',
    tool: 'mctl_get_tenant',
    role: 'viewer',
    team: 'argument',
    input: GetTenantInput,
  })
  tenant(@Input() input: GetTenantInput, @Caller() actor: Actor): Promise<TenantAnswer> {
    return this.tenants.get(actor, input);
  }
}
