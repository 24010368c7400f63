import type { Store } from '../platform/store';

/**
 * Whether an operation of this team has not ended well, and the team was not deleted since: what it began on a server was never
 * declared in git, so nobody has used it. Of an operation that the store does not know nobody can tell.
 */
export async function isEarlierTry({ db }: Pick<Store, 'db'>, id: string, team: string): Promise<boolean> {
  const row = await db
    .selectFrom('operations')
    .select('id')
    .where('id', '=', id)
    .where('team', '=', team)
    .where('status', '<>', 'succeeded')
    .where((each) =>
      each.not(
        each.exists(
          each
            .selectFrom('operations as deletion')
            .select('deletion.id')
            .whereRef('deletion.team', '=', 'operations.team')
            .where('deletion.operation', '=', 'delete-tenant')
            .where('deletion.status', '=', 'succeeded')
            .whereRef('deletion.finished_at', '>=', 'operations.submitted_at'),
        ),
      ),
    )
    .executeTakeFirst();
  return row !== undefined;
}
