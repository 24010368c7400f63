import type { RowExpression } from '../platform/store';

/**
 * The deletion of the incident's team since it was made, if there is one. The past of a deleted team does not belong to whoever takes
 * its name next (as with operations and audit entries).
 */
export function deletionAfter(row: RowExpression<'incidents'>) {
  return row
    .selectFrom('operations as deletion')
    .select('deletion.id')
    .whereRef('deletion.team', '=', 'incidents.team')
    .where('deletion.operation', '=', 'delete-tenant')
    .where('deletion.status', '=', 'succeeded')
    .whereRef('deletion.finished_at', '>=', 'incidents.created_at');
}
