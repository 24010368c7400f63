import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ACCOUNT,
  accountObjects,
  clusterIn,
  hasChart,
  NOBODY,
  serviceAccount,
  tokenOf,
  writeKubeconfig,
} from './support/accounts';
import { Api, pathOfObject } from './support/api';
import { installMissing } from './support/crd-objects';
import { handOver, type Namespaces } from './support/place';

/** Before the first spec: kinds that are missing, namespaces of our own, and MCTL's account with its Roles. */
module.exports = async (): Promise<void> => {
  const adminKubeconfig = process.env.TEST_KUBECONFIG ?? '';
  const api = new Api(adminKubeconfig);
  const { gitVersion: version } = await api.ask('GET', '/version');
  const prefix = `trial-${randomBytes(3).toString('hex')}`;
  const namespaces = namespacesOf(prefix);
  const installedCrds = await installMissing(api);
  for (const name of Object.values(namespaces)) {
    await api.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { 'mctl.dev/test': prefix } } });
    // A controller makes it, where there is one; without it no pod is taken.
    await api.ensure(serviceAccount('default', name));
  }
  const objects = await accountObjects(prefix, namespaces);
  for (const object of objects) await api.create(object);
  const folder = mkdtempSync(join(tmpdir(), 'mctl-test-cluster-'));
  for (const name of [ACCOUNT, NOBODY]) {
    writeKubeconfig(folder, name, clusterIn(adminKubeconfig), await tokenOf(api, namespaces.mctl, name));
  }
  const clusterObjects = objects.filter(({ kind }) => kind.startsWith('Cluster')).map(pathOfObject);
  const rolesFrom = hasChart() ? 'chart' : 'rights';
  handOver({ prefix, adminKubeconfig, folder, namespaces, rolesFrom, clusterObjects, installedCrds, version });
  process.stderr.write(
    `Kubernetes ${version}; everything made here begins with ${prefix}; CRDs installed: ${installedCrds.length}; Roles of the ${rolesFrom === 'chart' ? 'chart' : 'list in src/platform/kubernetes/rights.ts'}\n`,
  );
};

function namespacesOf(prefix: string): Namespaces {
  return {
    mctl: `${prefix}-mctl`,
    argocd: `${prefix}-argocd`,
    databases: `${prefix}-db`,
    builds: `${prefix}-builds`,
    team: `${prefix}-team`,
  };
}
