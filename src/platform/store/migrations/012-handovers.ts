import type { Kysely, Migration } from 'kysely';

/** Which operations Argo Workflows has in hand (ADR 37). */
export const handovers: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('operations').addColumn('handed_over_at', 'text').execute();
  },
};
