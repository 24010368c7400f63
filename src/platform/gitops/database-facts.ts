import { DATABASE_DEFAULTS, DEFAULT_EXTENSIONS } from '../config';
import type { DatabaseMode } from './database-file';

/** Where databases of services come from; read from the settings. No credential is in here. */
export interface DatabaseFacts {
  readonly mode: DatabaseMode;
  /** CloudNativePG `Cluster`, its namespace, and the External Secrets `SecretStore` in that namespace. */
  readonly cluster: string;
  readonly namespace: string;
  readonly secretStore: string;
  /** How services reach PostgreSQL; absent in mode `server` without the setting: as the administrator's URL says. */
  readonly host?: string;
  /** What a call may ask for, sorted. */
  readonly extensions: readonly string[];
  /** Most connections of one role at a time. */
  readonly connections: number;
}

/** What counts where nothing is set. */
export const DEFAULT_DATABASES: DatabaseFacts = {
  ...DATABASE_DEFAULTS,
  mode: 'cluster',
  host: `${DATABASE_DEFAULTS.cluster}-rw.${DATABASE_DEFAULTS.namespace}.svc.cluster.local`,
  extensions: DEFAULT_EXTENSIONS,
};
