export { expectation } from './describe';
export * from './field-spec';
export * from './fields';
export * from './json-schema';
export * from './listed-schema';
export * from './parse-input';
export * from './standard-schema';
export * from './paging';
export * from './untrusted';
