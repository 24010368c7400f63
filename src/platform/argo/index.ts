export * from './workflow-nodes';
