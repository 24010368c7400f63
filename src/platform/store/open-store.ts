import type { Config } from '../config';
import type { SharedStoreOptions } from './shared-store';
import { Store } from './store';

/** The store of the settings. @throws like `Store.open`. */
export function openStore(config: Config): Promise<Store> {
  return Store.open(config.dataDir, sharedStoreOf(config));
}

/** How the shared store is reached; undefined where the settings mean the embedded one. */
export function sharedStoreOf({ values }: Config): SharedStoreOptions | undefined {
  const { databaseUrl: url, storeConnections: connections, instance } = values;
  return url === undefined ? undefined : { url, connections, name: `mctl ${instance}` };
}
