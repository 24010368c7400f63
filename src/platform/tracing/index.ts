export * from './outgoing';
export * from './start-tracing';
export * from './tracing';
