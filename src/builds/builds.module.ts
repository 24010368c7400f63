import { Module } from '@nestjs/common';
import { Config } from '../platform/config';
import { RepositoriesModule } from '../repositories';
import { ArgoBuilds } from './argo/argo-builds';
import { SourceCredentials } from './argo/source-credentials';
import { Builder } from './builder';
import { ImageBuilds } from './image-builds';

/** Images from source, for features that deploy them. */
@Module({
  imports: [RepositoriesModule],
  providers: [
    ArgoBuilds,
    ImageBuilds,
    SourceCredentials,
    {
      provide: Builder,
      inject: [Config, ImageBuilds, ArgoBuilds],
      // Without a builder no call gets as far as a build: its plan is refused.
      useFactory: ({ values }: Config, github: ImageBuilds, argo: ArgoBuilds): Builder =>
        values.builder === 'argo' ? argo : github,
    },
  ],
  exports: [Builder],
})
export class BuildsModule {}
