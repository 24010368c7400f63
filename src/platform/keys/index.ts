export * from './keys';
export * from './keys.module';
