export { CANCELLED } from './endings';
export * from './steps';
export { NOTHING_SEEN, type Observation, Workflows } from './workflows';
