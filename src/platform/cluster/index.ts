export * from './source-state';
