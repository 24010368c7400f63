export * from './log-envelope';
export * from './log-level';
export * from './log-query';
export * from './logs-unavailable';
export * from './loki';
