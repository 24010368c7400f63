import type { Kysely, Migration } from 'kysely';

/** What DNS last said about each custom domain. */
export const domains: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('domain_checks')
      .addColumn('host', 'text', (column) => column.primaryKey())
      .addColumn('challenge', 'text', (column) => column.notNull())
      .addColumn('checked_at', 'text', (column) => column.notNull())
      .addColumn('outcome', 'text', (column) => column.notNull())
      .addColumn('method', 'text')
      .addColumn('trouble', 'text')
      .addColumn('missing_since', 'text')
      .addColumn('trouble_since', 'text')
      .execute();
  },
};
