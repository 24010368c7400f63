export { stop as default } from './postgres-project';
