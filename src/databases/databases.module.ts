import { Inject, Module } from '@nestjs/common';
import { OperationRegistry } from '../platform/operations/registry';
import { CREATE_DATABASE, DatabaseProvisioner, ProvisioningModule } from '../provisioning';
import type { ProvisionDatabaseInput } from './databases.dto';
import { DatabasesTools } from './databases.tools';
import { provisionDatabase } from './provision-database.operation';

@Module({ imports: [ProvisioningModule], controllers: [DatabasesTools] })
export class DatabasesModule {
  constructor(
    @Inject(OperationRegistry) registry: OperationRegistry,
    @Inject(DatabaseProvisioner) provisioner: DatabaseProvisioner,
  ) {
    registry.register(provisionDatabase);
    registry.bind<ProvisionDatabaseInput, unknown>(provisionDatabase, {
      tasks: { [CREATE_DATABASE.name]: (context) => provisioner.create(context, context.input) },
    });
  }
}
