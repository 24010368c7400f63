export * from './layout';
export * from './markup';
export * from './own-address';
export * from './page';
export * from './page-origin.policy';
export * from './page-request';
export * from './send-page';
