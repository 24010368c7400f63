export * from './keys';
export * from './keys.module';
export * from './open-keys';
