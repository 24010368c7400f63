import type { Kysely, Migration } from 'kysely';

export const initial: Migration = {
  async up(db: Kysely<unknown>) {
    await createOperations(db);
    await createSteps(db);
    await createLogs(db);
    await createAudit(db);
    await createConfirmations(db);
  },
};

async function createOperations(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('operations')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('workflow', 'text', (column) => column.notNull().unique())
    .addColumn('operation', 'text', (column) => column.notNull())
    .addColumn('team', 'text')
    .addColumn('target', 'text')
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('actor_email', 'text')
    .addColumn('auth_method', 'text', (column) => column.notNull())
    .addColumn('client', 'text')
    .addColumn('door', 'text', (column) => column.notNull())
    .addColumn('request_id', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('input', 'text', (column) => column.notNull())
    .addColumn('args_digest', 'text', (column) => column.notNull())
    .addColumn('confirmed_digest', 'text')
    .addColumn('plan_digest', 'text')
    .addColumn('idempotency_key', 'text')
    .addColumn('base', 'text')
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('commit', 'text')
    .addColumn('summary', 'text', (column) => column.notNull())
    .addColumn('answer', 'text', (column) => column.notNull())
    .addColumn('error', 'text')
    .addColumn('submitted_at', 'text', (column) => column.notNull())
    .addColumn('started_at', 'text')
    .addColumn('finished_at', 'text')
    .addColumn('next_run_at', 'text', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('operations_by_key')
    .on('operations')
    .columns(['actor', 'idempotency_key'])
    .unique()
    .execute();
  await db.schema.createIndex('operations_due').on('operations').columns(['status', 'next_run_at']).execute();
  await db.schema.createIndex('operations_of_team').on('operations').columns(['team', 'id']).execute();
}

async function createSteps(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('operation_steps')
    .addColumn('operation_id', 'text', (column) => column.notNull().references('operations.id'))
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('title', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('message', 'text')
    .addColumn('commit', 'text')
    .addColumn('started_at', 'text')
    .addColumn('finished_at', 'text')
    .addPrimaryKeyConstraint('operation_steps_pk', ['operation_id', 'position'])
    .execute();
}

async function createLogs(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('step_logs')
    .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('operation_id', 'text', (column) => column.notNull())
    .addColumn('step', 'text', (column) => column.notNull())
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('line', 'text', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('step_logs_of_step').on('step_logs').columns(['operation_id', 'step']).execute();
}

async function createAudit(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('audit')
    .addColumn('seq', 'integer', (column) => column.primaryKey())
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('event', 'text', (column) => column.notNull())
    .addColumn('operation', 'text', (column) => column.notNull())
    .addColumn('operation_id', 'text')
    .addColumn('workflow', 'text')
    .addColumn('team', 'text')
    .addColumn('target', 'text')
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('auth_method', 'text', (column) => column.notNull())
    .addColumn('client', 'text')
    .addColumn('door', 'text', (column) => column.notNull())
    .addColumn('request_id', 'text', (column) => column.notNull())
    .addColumn('risk', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('code', 'text')
    .addColumn('commit', 'text')
    .addColumn('plan_digest', 'text')
    .addColumn('prev_hash', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('audit_of_team').on('audit').columns(['team', 'seq']).execute();
}

async function createConfirmations(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('confirmations')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('expires_at', 'text', (column) => column.notNull())
    .execute();
}
