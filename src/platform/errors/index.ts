export * from './errors';
export * from './error-body';
export * from './http-status';
