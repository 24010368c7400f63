import { Inject, Module } from '@nestjs/common';
import { OperationRegistry } from '../platform/operations/registry';
import { createPreview } from './create-preview.operation';
import { deletePreview } from './delete-preview.operation';
import { PreviewSweeper } from './preview-sweeper';
import { PreviewsController } from './previews.controller';
import { PreviewsService } from './previews.service';
import { PreviewsTools } from './previews.tools';

@Module({ controllers: [PreviewsTools, PreviewsController], providers: [PreviewsService, PreviewSweeper] })
export class PreviewsModule {
  constructor(@Inject(OperationRegistry) registry: OperationRegistry) {
    registry.register(createPreview, deletePreview);
  }
}
