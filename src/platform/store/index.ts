export type * from './domain-tables';
export type * from './incident-tables';
export * from './inspect-store';
export * from './leadership';
export type * from './repository-tables';
export type * from './secret-tables';
export * from './store';
export * from './store.module';
export type * from './tables';
