import type { Kysely, Migration } from 'kysely';

/** Work beyond the one commit (ADR 14). What was there before waits for its commit, or has ended. */
export const stages: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .alterTable('operations')
      .addColumn('stage', 'text', (column) => column.notNull().defaultTo('commit'))
      .execute();
    for (const name of ['stage_since', 'task_state', 'task_result'] as const) {
      await db.schema.alterTable('operations').addColumn(name, 'text').execute();
    }
    await db.schema.createIndex('operations_by_stage').on('operations').columns(['stage', 'status']).execute();
  },
};
