export { BUILD_IMAGE, builtImage, imageToBe, knownImage, type Source, tagOf } from './build';
export { Builder } from './builder';
export { BuildsModule } from './builds.module';
