import { Inject, Module } from '@nestjs/common';
import { OperationRegistry } from '../platform/operations/registry';
import { applyResourceProfile } from './apply-profile.operation';
import { ResourcesController } from './resources.controller';
import { ResourcesService } from './resources.service';
import { ResourcesTools } from './resources.tools';
import { SizingService } from './sizing.service';

@Module({ controllers: [ResourcesTools, ResourcesController], providers: [ResourcesService, SizingService] })
export class ResourcesModule {
  constructor(@Inject(OperationRegistry) registry: OperationRegistry) {
    registry.register(applyResourceProfile);
  }
}
