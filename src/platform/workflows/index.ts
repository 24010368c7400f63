export * from './embedded.workflows';
export * from './steps';
