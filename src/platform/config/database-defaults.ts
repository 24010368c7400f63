/**
 * Contrib modules that PostgreSQL itself marks as trusted: none reads files, opens connections or runs what the database's owner
 * could not. `uuid-ossp`, though, is for old schemas: `gen_random_uuid()` needs no extension.
 */
export const DEFAULT_EXTENSIONS = [
  'btree_gin',
  'btree_gist',
  'citext',
  'fuzzystrmatch',
  'hstore',
  'intarray',
  'ltree',
  'pg_trgm',
  'pgcrypto',
  'tablefunc',
  'unaccent',
  'uuid-ossp',
] as const;

/** Names of the upstream platform, whose cluster one may already have. */
export const DATABASE_DEFAULTS = {
  cluster: 'shared-pg',
  namespace: 'platform-db',
  secretStore: 'cnpg-db-creds',
  connections: 20,
} as const;
