import type { Kysely, Migration } from 'kysely';

/**
 * GitHub teams of a caller: the commit comes after the call, and values of secrets after the sign-in, without a token to ask again with,
 * and roles may rest on a team (ADR 21).
 */
export const actorTeams: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('operations').addColumn('actor_teams', 'text').execute();
    await db.schema.alterTable('intakes').addColumn('signed_in', 'text').execute();
  },
};
