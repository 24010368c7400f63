export * from './previews.module';
