export * from './incident-tables';
export * from './inspect-store';
export * from './secret-tables';
export * from './store';
export * from './store.module';
export * from './domain-tables';
export * from './tables';
export * from './leadership';
export type * from './repository-tables';
