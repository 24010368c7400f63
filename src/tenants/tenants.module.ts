import { Inject, Module } from '@nestjs/common';
import { IntakeModule } from '../intake';
import { OperationRegistry } from '../platform/operations/registry';
import { createTenant } from './create-tenant.operation';
import { deleteTenant } from './delete-tenant.operation';
import { TenantSecretValues } from './tenant-secret-values';
import { TenantsController } from './tenants.controller';
import { TenantsService } from './tenants.service';
import { TenantsTools } from './tenants.tools';

@Module({
  imports: [IntakeModule],
  controllers: [TenantsTools, TenantsController],
  providers: [TenantsService, TenantSecretValues],
})
export class TenantsModule {
  constructor(
    @Inject(OperationRegistry) registry: OperationRegistry,
    @Inject(TenantSecretValues) values: TenantSecretValues,
  ) {
    registry.register(createTenant, deleteTenant);
    registry.bind(deleteTenant, values.deletion);
  }
}
