export type { Sample } from './answer';
export * from './metrics-unavailable';
export * from './prometheus';
export * from './selector';
export * from './source';
