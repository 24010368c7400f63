export * from './confirmations';
export * from './page-questions';
export * from './page-states';
