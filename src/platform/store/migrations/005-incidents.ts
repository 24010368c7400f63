import { type Kysely, type Migration, sql } from 'kysely';

export const incidents: Migration = {
  async up(db: Kysely<unknown>) {
    await createIncidents(db);
    await createIndexes(db);
    await createParts(db);
    await db.schema
      .createTable('webhook_deliveries')
      .addColumn('key', 'text', (column) => column.primaryKey())
      .addColumn('at', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('webhook_deliveries_by_age').on('webhook_deliveries').column('at').execute();
  },
};

async function createIncidents(db: Kysely<unknown>): Promise<void> {
  let table = db.schema
    .createTable('incidents')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('service', 'text')
    .addColumn('occurrences', 'integer', (column) => column.notNull())
    .addColumn('flaps', 'integer', (column) => column.notNull());
  const always = ['team', 'type', 'severity', 'status', 'summary', 'fingerprint', 'source'];
  const times = ['first_seen', 'last_seen', 'episode_at', 'created_at'];
  const later = ['acknowledged_by', 'acknowledged_at', 'resolved_by', 'resolved_at', 'resolution'];
  const found = ['analysis', 'proposed_fix', 'pr_url'];
  for (const name of [...always, ...times]) table = table.addColumn(name, 'text', (column) => column.notNull());
  for (const name of [...later, ...found]) table = table.addColumn(name, 'text');
  await table.execute();
}

async function createIndexes(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createIndex('incidents_unresolved')
    .on('incidents')
    .columns(['team', 'fingerprint'])
    .unique()
    .where(sql.ref('status'), '<>', 'resolved')
    .execute();
  await db.schema.createIndex('incidents_by_fingerprint').on('incidents').columns(['team', 'fingerprint']).execute();
  await db.schema.createIndex('incidents_newest').on('incidents').columns(['team', 'last_seen']).execute();
  await db.schema.createIndex('incidents_by_end').on('incidents').columns(['status', 'resolved_at']).execute();
}

async function createParts(db: Kysely<unknown>): Promise<void> {
  const parts = {
    incident_evidence: { kind: true, source: true, content: true },
    incident_events: { event: true, actor: true, text: false, operation_id: false },
  };
  for (const [name, columns] of Object.entries(parts)) {
    let table = db.schema
      .createTable(name)
      .addColumn('incident_id', 'text', (column) => column.notNull().references('incidents.id').onDelete('cascade'))
      .addColumn('seq', 'integer', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull());
    for (const [column, isRequired] of Object.entries(columns)) {
      table = table.addColumn(column, 'text', (each) => (isRequired ? each.notNull() : each));
    }
    await table.addPrimaryKeyConstraint(`${name}_pk`, ['incident_id', 'seq']).execute();
  }
}
