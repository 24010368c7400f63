export * from './argo-webhook.controller';
export * from './argo.workflows';
export * from './step-runner';
export * from './workflow-template';
