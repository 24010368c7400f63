import { expressionBuilder, sql } from 'kysely';
import type { Tables } from './tables';

/**
 * Whether a row's team was deleted since the operation that made the row; ids sort by time. The past of a deleted team does not belong
 * to whoever takes its name next. Columns are named with their table: `operations` has a `team` of its own.
 */
export function isOfFormerTeam(team: `${keyof Tables}.team`, operation: `${keyof Tables}.${'id' | 'operation_id'}`) {
  const row = expressionBuilder<Tables>();
  return row.exists(
    row
      .selectFrom('operations as deletion')
      .select('deletion.id')
      .where('deletion.operation', '=', 'delete-tenant')
      .where('deletion.status', '=', 'succeeded')
      .where('deletion.team', '=', sql.ref<string>(team))
      .where('deletion.id', '>=', sql.ref<string>(operation)),
  );
}
