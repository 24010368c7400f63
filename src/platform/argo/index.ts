export * from './node-status';
export * from './workflow-nodes';
