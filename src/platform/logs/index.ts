export * from './log-envelope';
export * from './log-level';
