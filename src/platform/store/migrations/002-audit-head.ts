import { type Kysely, type Migration, sql } from 'kysely';

export const auditHead: Migration = {
  async up(db: Kysely<unknown>) {
    await createAuditHead(db);
    await db.schema.createIndex('audit_of_operation').on('audit').column('operation_id').execute();
  },
};

/** A chain that was there before has a head without a seal: no migration holds the key. The next entry seals it. */
async function createAuditHead(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('audit_head')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('seq', 'integer', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addColumn('seal', 'text', (column) => column.notNull())
    .execute();
  await sql`
    insert into audit_head (id, seq, hash, seal)
    select 1, seq, hash, '' from audit where seq = (select max(seq) from audit)
  `.execute(db);
}
