export * from './canonical-json';
export * from './digest';
export * from './ulid';
export * from './sealed-json';
export * from './token';
