import { readFile } from 'node:fs/promises';
import { postgresUrlProblem, type SettingValues } from '../config';
import { Conflict, Unavailable } from '../errors';

type Values = Pick<SettingValues, 'databaseAdminUrl' | 'databaseAdminUrlFile'>;

/**
 * The administrator's URL; a file is read at every use, so that the password in it can be rotated.
 * @throws Unavailable where the file cannot be read, e.g. while it is replaced; Conflict where it holds no such URL.
 */
export async function readAdminUrl({ databaseAdminUrl: url, databaseAdminUrlFile: file }: Values): Promise<string> {
  if (file === undefined) return url ?? notConfigured();
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Unavailable('The file that MCTL_DATABASE_ADMIN_URL_FILE names cannot be read.', {
      code: 'database_admin_unreadable',
      cause,
    });
  });
  const problem = postgresUrlProblem(text.trim());
  if (problem === undefined) return text.trim();
  throw new Conflict(`What is in the file that MCTL_DATABASE_ADMIN_URL_FILE names ${problem}.`, {
    code: 'database_admin_unreadable',
    fix: 'A platform administrator mends that file; then call again.',
  });
}

function notConfigured(): never {
  throw new Conflict('MCTL creates no databases by itself here: no PostgreSQL server is configured.', {
    code: 'database_server_not_configured',
    fix: 'A platform administrator sets MCTL_DATABASE_ADMIN_URL_FILE.',
  });
}
