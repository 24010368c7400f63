export * from './canonical-json';
export * from './digest';
export * from './keyed-hash';
export * from './ulid';
export * from './sealed-json';
export * from './token';
