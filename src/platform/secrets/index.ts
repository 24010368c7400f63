export * from './embedded-secret-store';
export * from './secret-store';
export * from './secret-value';
export * from './secret-value.policy';
export * from './secrets-key';
export * from './secrets.module';
export * from './vault/needed-capabilities';
export * from './vault/vault-faults';
