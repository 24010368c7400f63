import type { DatabaseFile } from './database-file';
import type { Oddity } from './file-problem';

/** What is odd about `databases/{team}/{name}.yaml`, as far as it keeps MCTL from knowing whose database it is. */
export function databaseOddities({ mode, service, database, role }: DatabaseFile): Oddity[] {
  if (mode === undefined) return [NO_DATABASE];
  if (service === undefined) return [NO_SERVICE];
  const missing = [database === undefined ? ['name'] : [], role === undefined ? ['owner'] : []].flat();
  if (missing.length === 0) return [];
  return [
    {
      code: 'database_incomplete',
      message: `the database has no ${missing.join(' and no ')}, so nothing can make it.`,
      fix: 'Write what is missing, or remove the file and call mctl_provision_database.',
    },
  ];
}

const NO_DATABASE: Oddity = {
  code: 'no_database',
  message: 'the file declares no database, and its name is taken by it all the same.',
  fix: 'Declare one (postgresql.cnpg.io Database), or remove the file.',
};

const NO_SERVICE: Oddity = {
  code: 'database_without_service',
  message: 'the file does not say which service the database is for, so no answer about a service shows it.',
  fix: 'Write the label mctl.dev/service on the Database.',
};
