export * from './log-envelope';
