import { type Kysely, type Migration, sql } from 'kysely';

/** The authorisation server and the browser sign-in (ADR 22). */
export const oauth: Migration = {
  async up(db: Kysely<unknown>) {
    await createObjects(db);
    await createClients(db);
    await createConnections(db);
    await createSignIns(db);
  },
};

async function createObjects(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('oauth_objects')
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('id_hash', 'text', (column) => column.notNull())
    .addColumn('grant_hash', 'text')
    .addColumn('uid_hash', 'text')
    .addColumn('payload', 'text', (column) => column.notNull())
    .addColumn('consumed_at', 'text')
    .addColumn('expires_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('oauth_objects_pk', ['kind', 'id_hash'])
    .execute();
  await db.schema.createIndex('oauth_objects_of_grant').on('oauth_objects').column('grant_hash').execute();
  await db.schema.createIndex('oauth_objects_by_uid').on('oauth_objects').column('uid_hash').execute();
  await db.schema.createIndex('oauth_objects_by_expiry').on('oauth_objects').column('expires_at').execute();
  await db.schema
    .createTable('oauth_revoked_tokens')
    .addColumn('jti_hash', 'text', (column) => column.primaryKey())
    .addColumn('expires_at', 'text', (column) => column.notNull())
    .execute();
}

async function createClients(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('oauth_clients')
    .addColumn('client_id', 'text', (column) => column.primaryKey())
    .addColumn('metadata', 'text', (column) => column.notNull())
    .addColumn('registered_at', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'text', (column) => column.notNull())
    .execute();
}

async function createConnections(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('oauth_connections')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('grant_hash', 'text', (column) => column.notNull().unique())
    .addColumn('login', 'text', (column) => column.notNull())
    .addColumn('client_id', 'text', (column) => column.notNull())
    .addColumn('client_name', 'text', (column) => column.notNull())
    .addColumn('redirect_host', 'text', (column) => column.notNull())
    .addColumn('scopes', 'text', (column) => column.notNull())
    .addColumn('person', 'text', (column) => column.notNull())
    .addColumn('connected_at', 'text', (column) => column.notNull())
    .addColumn('used_at', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'text', (column) => column.notNull())
    .execute();
  await sql`create index oauth_connections_of_person on oauth_connections (lower(login), client_id)`.execute(db);
  await db.schema
    .createTable('oauth_consents')
    .addColumn('login', 'text', (column) => column.notNull())
    .addColumn('client_id', 'text', (column) => column.notNull())
    .addColumn('redirect_uri', 'text', (column) => column.notNull())
    .addColumn('scopes', 'text', (column) => column.notNull())
    .addColumn('agreed_at', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('oauth_consents_pk', ['login', 'client_id', 'redirect_uri'])
    .execute();
}

async function createSignIns(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('browser_sessions')
    .addColumn('id_hash', 'text', (column) => column.primaryKey())
    .addColumn('person', 'text', (column) => column.notNull())
    .addColumn('signed_in_at', 'text', (column) => column.notNull())
    .addColumn('seen_at', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('sign_in_attempts')
    .addColumn('state_hash', 'text', (column) => column.primaryKey())
    .addColumn('browser_hash', 'text', (column) => column.notNull())
    .addColumn('details', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'text', (column) => column.notNull())
    .execute();
}
