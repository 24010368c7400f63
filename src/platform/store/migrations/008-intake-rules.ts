import type { Kysely, Migration } from 'kysely';

/** How single fields of a one-time page are taken (ADR 18). A link from before asks for all of its values, of any form. */
export const intakeRules: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('intakes').addColumn('rules', 'text').execute();
  },
};
