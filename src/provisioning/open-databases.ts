import { at } from '../platform/gitops';
import type { Warning } from '../platform/operations/plan';

/**
 * What the task found out of the server and a person should hear of: PostgreSQL lets every role into a database unless somebody
 * revokes it, and MCTL closes its own alone.
 * @param done result of `create-database`; undefined where it has not run.
 */
export function openDatabases(done: unknown): Warning[] {
  const count = at(done, 'others_open');
  if (typeof count !== 'number' || count === 0) return [];
  const [databases, them] = count === 1 ? ['1 other database', 'it'] : [`${count} other databases`, 'them'];
  const message = `The PostgreSQL server has ${databases} that every role may connect to, this one too. An administrator closes ${them} with REVOKE CONNECT … FROM PUBLIC, or lets roles into their own database alone (sameuser in pg_hba.conf).`;
  return [{ code: 'databases_open_to_all', message }];
}
