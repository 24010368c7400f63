import { Inject, Module } from '@nestjs/common';
import { OperationRegistry } from '../platform/operations/registry';
import { createTenant } from './create-tenant.operation';
import { deleteTenant } from './delete-tenant.operation';
import { TenantsController } from './tenants.controller';
import { TenantsService } from './tenants.service';
import { TenantsTools } from './tenants.tools';

@Module({ controllers: [TenantsTools, TenantsController], providers: [TenantsService] })
export class TenantsModule {
  constructor(@Inject(OperationRegistry) registry: OperationRegistry) {
    registry.register(createTenant, deleteTenant);
  }
}
