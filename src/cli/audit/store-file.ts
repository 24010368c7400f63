import { join } from 'node:path';
import type { Config } from '../../platform/config';
import { Conflict } from '../../platform/errors';
import { isStoreDamage } from '../../platform/store';

/** The embedded store of the data folder. */
export function storeFile({ dataDir }: Config): string {
  return join(dataDir, 'mctl.db');
}

/** @throws Conflict in place of SQLite's own error where the file is damaged. */
export async function explainDamage<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isStoreDamage(error)) throw error;
    throw new Conflict(`The store ${file} is damaged or no store.`, {
      code: 'store_damaged',
      fix: 'Restore it from a backup, or move it away and run mctl audit rebuild: it restores from git what git knows.',
      cause: error,
    });
  }
}
