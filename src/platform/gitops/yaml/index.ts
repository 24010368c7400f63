export * from './edit-yaml';
