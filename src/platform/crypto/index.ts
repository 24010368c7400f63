export * from './canonical-json';
export * from './digest';
export * from './ulid';
export * from './token';
