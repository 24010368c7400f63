export * from './database-server';
export type { Credential, Keeper, Provisioned, WantedDatabase } from './new-database';
export * from './pool';
