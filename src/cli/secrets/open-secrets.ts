import { Audit } from '../../platform/audit/audit';
import type { Config } from '../../platform/config';
import { Conflict, NotFound } from '../../platform/errors';
import { findKeys } from '../../platform/keys';
import { EmbeddedSecretStore, secretsKeyOf } from '../../platform/secrets';
import type { Store } from '../../platform/store';
import { isStoreThere, openStoreHere, storeName } from '../audit/store-file';
import { findServer } from '../server-file';

export interface OpenSecrets {
  readonly store: Store;
  readonly secrets: EmbeddedSecretStore;
  readonly audit: Audit;
}

/**
 * Opens the store of the data folder for whoever may read its files. No server gives a value away, so none may be in the way.
 * @throws Conflict `server_runs`; NotFound where there is no store: opening one would make it.
 */
export async function withSecrets<T>(config: Config, work: (open: OpenSecrets) => Promise<T>): Promise<T> {
  const server = await findServer(config.dataDir);
  if (server) {
    throw new Conflict(`A server (process ${server.pid}, ${server.url}) has the store open.`, {
      code: 'server_runs',
      fix: 'Stop it, then call again. While it runs, mctl_get_service_config tells names and versions.',
    });
  }
  const keys = (await isStoreThere(config)) ? findKeys(config) : undefined;
  if (!keys) {
    throw new NotFound(`There is no store ${storeName(config)} with its key.`, {
      code: 'store_not_found',
      fix: 'Check MCTL_DATA_DIR, DATABASE_URL and MCTL_KEY_FILE, or restore the data folder from a backup.',
    });
  }
  const store = await openStoreHere(config);
  try {
    const secrets = new EmbeddedSecretStore(store, secretsKeyOf(config, keys));
    return await work({ store, secrets, audit: new Audit(store, keys) });
  } finally {
    await store.close();
  }
}
