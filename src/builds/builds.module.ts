import { Module } from '@nestjs/common';
import { RepositoriesModule } from '../repositories';
import { ImageBuilds } from './image-builds';

/** Images from source, for features that deploy them. */
@Module({ imports: [RepositoriesModule], providers: [ImageBuilds], exports: [ImageBuilds] })
export class BuildsModule {}
