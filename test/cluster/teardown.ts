import { rmSync } from 'node:fs';
import { isFault } from '../../src/platform/kubernetes';
import type { Loose } from '../support/loose';
import { Api } from './support/api';
import { facts } from './support/place';

/** A cluster with controllers takes a few seconds. One without never ends it, and nobody waits for that. */
const PATIENCE_MS = 20_000;
/** What the specs put into namespaces. */
const COLLECTIONS = [
  ...['pods', 'events', 'resourcequotas', 'secrets', 'serviceaccounts'].map((plural) => ['/api/v1', plural] as const),
  ...['roles', 'rolebindings'].map((plural) => ['/apis/rbac.authorization.k8s.io/v1', plural] as const),
  ...['applications', 'workflows'].map((plural) => ['/apis/argoproj.io/v1alpha1', plural] as const),
  ['/apis/postgresql.cnpg.io/v1', 'databases'],
  ['/apis/cert-manager.io/v1', 'certificates'],
  ['/apis/external-secrets.io/v1', 'externalsecrets'],
] as const;

/** After the last spec: takes away what the set-up and the specs have made, and nothing else. */
module.exports = async (): Promise<void> => {
  if (process.env.TEST_CLUSTER_FACTS === undefined) return;
  const { adminKubeconfig, folder, namespaces, clusterObjects, installedCrds } = facts();
  const api = new Api(adminKubeconfig);
  const names = Object.values(namespaces) as string[];
  for (const namespace of names) {
    for (const [base, plural] of COLLECTIONS) await api.remove(`${base}/namespaces/${namespace}/${plural}`);
    await api.remove(`/api/v1/namespaces/${namespace}`).catch((error: unknown) => {
      // Already going.
      if (!isFault(error, 'conflict')) throw error;
    });
  }
  for (const path of [...clusterObjects, ...installedCrds]) await api.remove(path);
  rmSync(folder, { recursive: true, force: true });
  const left = await leftAfterAWhile(api, names);
  if (left.length > 0) {
    process.stderr.write(
      `Deleted, but without a namespace controller they stay in Terminating, empty: ${left.join(', ')}\n`,
    );
  }
};

async function leftAfterAWhile(api: Api, names: readonly string[]): Promise<string[]> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const { items } = await api.ask('GET', '/api/v1/namespaces');
    const left = items
      .map(({ metadata }: Loose) => metadata.name as string)
      .filter((name: string) => names.includes(name));
    if (left.length === 0 || Date.now() > end) return left;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
