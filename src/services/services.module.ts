import { Inject, Module } from '@nestjs/common';
import { IntakeModule } from '../intake';
import { OperationRegistry } from '../platform/operations/registry';
import { deployService } from './deploy.operation';
import { retireService } from './retire.operation';
import { rollbackService } from './rollback.operation';
import { scaleService } from './scale.operation';
import { ServiceSecrets } from './service-secrets';
import { ServicesController } from './services.controller';
import { ServicesService } from './services.service';
import { ServicesTools } from './services.tools';

@Module({
  imports: [IntakeModule],
  controllers: [ServicesTools, ServicesController],
  providers: [ServicesService, ServiceSecrets],
})
export class ServicesModule {
  constructor(@Inject(OperationRegistry) registry: OperationRegistry, @Inject(ServiceSecrets) secrets: ServiceSecrets) {
    registry.register(deployService, scaleService, rollbackService, retireService);
    registry.bind(deployService, secrets.deploy);
    registry.bind(retireService, secrets.retire);
  }
}
