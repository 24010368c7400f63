export * from './inspect-store';
export * from './store';
export * from './store.module';
export * from './tables';
export * from './leadership';
