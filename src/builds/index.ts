export { BUILD_IMAGE, builtImage, imageToBe, type Source, tagOf } from './build';
export { BuildsModule } from './builds.module';
export { ImageBuilds } from './image-builds';
