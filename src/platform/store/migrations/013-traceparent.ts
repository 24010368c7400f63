import type { Kysely, Migration } from 'kysely';

/** Whoever goes on with an operation, in another process or after a restart, does it in the trace of the call (ADR 40). */
export const traceparent: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('operations').addColumn('traceparent', 'text').execute();
  },
};
