import { Inject, Module } from '@nestjs/common';
import { IntakeModule } from '../intake';
import { Access } from '../platform/auth/access';
import { Completions } from '../platform/mcp';
import { OperationRegistry } from '../platform/operations/registry';
import { createTenant } from './create-tenant.operation';
import { deleteTenant } from './delete-tenant.operation';
import { TenantSecretValues } from './tenant-secret-values';
import { TenantsController } from './tenants.controller';
import { TenantsResources } from './tenants.resources';
import { TenantsService } from './tenants.service';
import { TenantsTools } from './tenants.tools';

@Module({
  imports: [IntakeModule],
  controllers: [TenantsTools, TenantsController, TenantsResources],
  providers: [TenantsService, TenantSecretValues],
  exports: [TenantsService],
})
export class TenantsModule {
  constructor(
    @Inject(OperationRegistry) registry: OperationRegistry,
    @Inject(TenantSecretValues) values: TenantSecretValues,
    @Inject(Completions) completions: Completions,
    @Inject(Access) access: Access,
  ) {
    registry.register(createTenant, deleteTenant);
    completions.add('team', (actor) => access.visibleTeams(actor));
    registry.bind(deleteTenant, values.deletion);
  }
}
