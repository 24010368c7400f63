export * from './confirmations';
