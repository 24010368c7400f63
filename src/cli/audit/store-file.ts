import { join } from 'node:path';
import type { Config } from '../../platform/config';
import { Conflict, NotFound } from '../../platform/errors';
import { inspectSharedStore, isStoreDamage, openStore, sharedStoreOf, type Store } from '../../platform/store';
import { statOf } from '../doctor/folder-facts';

/** The embedded store of the data folder. */
export function storeFile({ dataDir }: Config): string {
  return join(dataDir, 'mctl.db');
}

/** The store of the settings, as messages name it: never with the URL, which holds a password. */
export function storeName(config: Config): string {
  return config.values.databaseUrl === undefined ? storeFile(config) : 'in the database of DATABASE_URL';
}

/** Whether the store of the settings is there: opening one that is not would make it. */
export async function isStoreThere(config: Config): Promise<boolean> {
  const shared = sharedStoreOf(config);
  return shared ? (await inspectSharedStore(shared)) !== undefined : statOf(storeFile(config)) !== undefined;
}

/** @throws Conflict while replicas run on the shared store of the settings. Of the embedded one the operating system sees to that. */
export async function mustBeAlone(config: Config): Promise<void> {
  const shared = sharedStoreOf(config);
  if (!shared || !(await inspectSharedStore(shared))?.isLed) return;
  throw new Conflict('Replicas of MCTL run on the database of DATABASE_URL.', {
    code: 'server_runs',
    fix: 'Stop all of them, wait for MCTL_LEADER_LEASE, then call again.',
  });
}

/** @throws NotFound `store_not_found`. */
export async function mustHaveStore(config: Config): Promise<void> {
  if (await isStoreThere(config)) return;
  const isShared = config.values.databaseUrl !== undefined;
  throw new NotFound(`There is no store ${storeName(config)}, so there is nothing to look at.`, {
    code: 'store_not_found',
    fix: `Check ${isShared ? 'DATABASE_URL' : 'MCTL_DATA_DIR'}. Where the store was lost, mctl audit rebuild restores from git what git knows.`,
  });
}

/** Opens the store of the settings for one command. @throws Conflict where it is damaged. */
export function openStoreHere(config: Config): Promise<Store> {
  return explainDamage(storeFile(config), () => openStore(config));
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
