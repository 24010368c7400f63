import type { Kysely, Migration } from 'kysely';

/** Repositories that teams may use, and the open links by which they get them (ADR 20). */
export const repositories: Migration = {
  async up(db: Kysely<unknown>) {
    await createLinks(db);
    await createGrants(db);
    await db.schema
      .createTable('repository_syncs')
      .addColumn('team', 'text', (column) => column.primaryKey())
      .addColumn('app', 'text', (column) => column.notNull())
      .addColumn('operation_id', 'text', (column) => column.notNull())
      .addColumn('synced_at', 'text', (column) => column.notNull())
      .execute();
  },
};

async function createLinks(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('repository_links')
    .addColumn('operation_id', 'text', (column) => column.primaryKey())
    .addColumn('team', 'text', (column) => column.notNull())
    .addColumn('repo', 'text', (column) => column.notNull())
    .addColumn('app', 'text', (column) => column.notNull())
    .addColumn('state_hash', 'text', (column) => column.notNull().unique())
    .addColumn('expires_at', 'text', (column) => column.notNull())
    .addColumn('used_at', 'text')
    .addColumn('consent_hash', 'text', (column) => column.unique())
    .addColumn('consent_expires_at', 'text')
    .addColumn('agreed_at', 'text')
    .addColumn('github_login', 'text')
    .addColumn('installation_id', 'bigint')
    .addColumn('account', 'text')
    .addColumn('repository_id', 'bigint')
    .addColumn('full_name', 'text')
    .execute();
  await db.schema.createIndex('repository_links_expire').on('repository_links').column('expires_at').execute();
}

async function createGrants(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('repository_grants')
    .addColumn('team', 'text', (column) => column.notNull())
    .addColumn('repository_id', 'bigint', (column) => column.notNull())
    .addColumn('app', 'text', (column) => column.notNull())
    .addColumn('installation_id', 'bigint', (column) => column.notNull())
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('full_name', 'text', (column) => column.notNull())
    .addColumn('operation_id', 'text', (column) => column.notNull())
    .addColumn('agreed_by', 'text', (column) => column.notNull())
    .addColumn('granted_at', 'text', (column) => column.notNull())
    .addColumn('private', 'integer')
    .addColumn('default_branch', 'text')
    .addColumn('synced_at', 'text')
    .addPrimaryKeyConstraint('repository_grants_pk', ['team', 'app', 'repository_id'])
    .execute();
}
