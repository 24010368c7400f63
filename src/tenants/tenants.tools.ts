import { Inject } from '@nestjs/common';
import { McpController } from '@rekog/mcp-nest';
import type { Actor } from '../platform/auth/actor';
import { Caller, Input, InToolset, OperationTool, Progress, ReadTool } from '../platform/mcp';
import type { WriteAnswer } from '../platform/operations/answer.dto';
import { Operations, type ProgressListener } from '../platform/operations/operations';
import { createTenant } from './create-tenant.operation';
import { deleteTenant } from './delete-tenant.operation';
import {
  CreateTenantInput,
  DeleteTenantInput,
  GetTenantInput,
  ListTenantsInput,
  TenantAnswer,
  TenantList,
} from './tenants.dto';
import { TenantsService } from './tenants.service';

@InToolset('tenants')
@McpController()
export class TenantsTools {
  constructor(
    @Inject(TenantsService) private readonly tenants: TenantsService,
    @Inject(Operations) private readonly operations: Operations,
  ) {}

  @ReadTool({
    name: 'mctl_list_tenants',
    title: 'List Tenants',
    description:
      'All teams with member and service counts and quotas. For platform admins; your own teams are in mctl_whoami.',
    role: 'admin',
    team: 'none',
    input: ListTenantsInput,
    answer: TenantList,
  })
  list(@Input() input: ListTenantsInput, @Caller() actor: Actor): Promise<TenantList> {
    return this.tenants.list(actor, input);
  }

  @ReadTool({
    name: 'mctl_get_tenant',
    title: 'Get Tenant',
    description: 'One team: members and roles, quotas, networking, services.',
    role: 'viewer',
    team: 'argument',
    input: GetTenantInput,
    answer: TenantAnswer,
  })
  get(@Input() input: GetTenantInput, @Caller() actor: Actor): Promise<TenantAnswer> {
    return this.tenants.get(actor, input);
  }

  @OperationTool(createTenant)
  create(
    @Input() input: CreateTenantInput,
    @Caller() actor: Actor,
    @Progress() progress: ProgressListener,
  ): Promise<WriteAnswer> {
    return this.operations.run(createTenant, actor, input, progress);
  }

  @OperationTool(deleteTenant)
  delete(
    @Input() input: DeleteTenantInput,
    @Caller() actor: Actor,
    @Progress() progress: ProgressListener,
  ): Promise<WriteAnswer> {
    return this.operations.run(deleteTenant, actor, input, progress);
  }
}
