export * from './connections-page';
export * from './consent-page';
export * from './error-page';
