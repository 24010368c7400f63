import { Inject, Module } from '@nestjs/common';
import { BUILD_IMAGE, Builder, BuildsModule } from '../builds';
import { OperationRegistry } from '../platform/operations/registry';
import { createPreview } from './create-preview.operation';
import { deletePreview } from './delete-preview.operation';
import { sourceToPreview } from './preview-source.policy';
import { PreviewSweeper } from './preview-sweeper';
import { PreviewsController } from './previews.controller';
import type { CreatePreviewInput } from './previews.dto';
import { PreviewsService } from './previews.service';
import { PreviewsTools } from './previews.tools';

@Module({
  imports: [BuildsModule],
  controllers: [PreviewsTools, PreviewsController],
  providers: [PreviewsService, PreviewSweeper],
})
export class PreviewsModule {
  constructor(@Inject(OperationRegistry) registry: OperationRegistry, @Inject(Builder) builder: Builder) {
    registry.register(createPreview, deletePreview);
    registry.bind<CreatePreviewInput, undefined>(createPreview, {
      tasks: { [BUILD_IMAGE.name]: (context) => builder.run(context, sourceToPreview(context.input)) },
      abandoned: async ({ id }, input) => {
        if (sourceToPreview(input)) await builder.abandon?.(id);
      },
    });
  }
}
