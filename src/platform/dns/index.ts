export * from './cname-chain';
export * from './dns';
export * from './lookup';
export * from './public-suffix';
export { resolverAddress } from './resolver-address';
