import { Inject, Module } from '@nestjs/common';
import { OperationRegistry } from '../platform/operations/registry';
import { deployService } from './deploy.operation';
import { retireService } from './retire.operation';
import { rollbackService } from './rollback.operation';
import { scaleService } from './scale.operation';
import { ServicesController } from './services.controller';
import { ServicesService } from './services.service';
import { ServicesTools } from './services.tools';

@Module({ controllers: [ServicesTools, ServicesController], providers: [ServicesService] })
export class ServicesModule {
  constructor(@Inject(OperationRegistry) registry: OperationRegistry) {
    registry.register(deployService, scaleService, rollbackService, retireService);
  }
}
