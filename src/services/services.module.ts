import { Inject, Module } from '@nestjs/common';
import { BUILD_IMAGE, Builder, BuildsModule } from '../builds';
import { IntakeModule } from '../intake';
import type { TaskContext } from '../platform/operations/parts';
import { Completions } from '../platform/mcp';
import { OperationRegistry } from '../platform/operations/registry';
import { CREATE_DATABASE, DatabaseProvisioner, ProvisioningModule } from '../provisioning';
import { ActualStates } from './actual-state';
import { deployService } from './deploy.operation';
import { sourceOf } from './image.policy';
import type { DeployServiceInput } from './operations.dto';
import { retireService } from './retire.operation';
import { rollbackService } from './rollback.operation';
import { scaleService } from './scale.operation';
import { ServiceLogReader } from './service-logs';
import { ServiceSecrets } from './service-secrets';
import { ServicesController } from './services.controller';
import { ServicesResources } from './services.resources';
import { ServicesService } from './services.service';
import { ServicesTools } from './services.tools';

@Module({
  imports: [BuildsModule, IntakeModule, ProvisioningModule],
  controllers: [ServicesTools, ServicesController, ServicesResources],
  providers: [ActualStates, ServiceLogReader, ServicesService, ServiceSecrets],
  exports: [ServicesService],
})
export class ServicesModule {
  constructor(
    @Inject(OperationRegistry) registry: OperationRegistry,
    @Inject(ServiceSecrets) secrets: ServiceSecrets,
    @Inject(DatabaseProvisioner) provisioner: DatabaseProvisioner,
    @Inject(Builder) builder: Builder,
    @Inject(Completions) completions: Completions,
    @Inject(ServicesService) services: ServicesService,
  ) {
    completions.add('service', (actor, { team }) => services.names(actor, team));
    for (const tag of ['image_tag', 'target_tag']) {
      completions.add(tag, (actor, { team, service }) => services.tags(actor, team, service));
    }
    registry.register(deployService, scaleService, rollbackService, retireService);
    registry.bind(deployService, {
      ...secrets.deploy,
      page: secrets.page,
      tasks: {
        [CREATE_DATABASE.name]: (context: TaskContext<DeployServiceInput>) =>
          provisioner.create(context, databaseOf(context.input)),
        [BUILD_IMAGE.name]: (context: TaskContext<DeployServiceInput>) => builder.run(context, sourceOf(context.input)),
      },
      abandoned: async ({ id }, input: DeployServiceInput) => {
        if (sourceOf(input)) await builder.abandon?.(id);
      },
    });
    registry.bind(retireService, secrets.retire);
  }
}

/** The other arguments are the service's: `type`, `env` and the like. */
function databaseOf({ team, service }: DeployServiceInput) {
  return { team, service };
}
