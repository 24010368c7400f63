export * from './embedded.workflows';
export { CANCELLED } from './endings';
export * from './steps';
