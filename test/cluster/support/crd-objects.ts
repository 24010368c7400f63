import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isFault, type KubernetesObject } from '../../../src/platform/kubernetes';
import { ROOT } from '../../support/helm';
import type { Loose } from '../../support/loose';
import { type Api, pathOfObject } from './api';
import { until } from './place';

const FOLDER = join(ROOT, 'test/crds');

/** What `test/crds` has of each CustomResourceDefinition, as an object to install. The last version is the one that is stored. */
export function crdObjects(): (KubernetesObject & Loose)[] {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));
  return files.sort().map((file) => {
    const { spec } = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Loose;
    const versions = spec.versions.map((version: Loose) => ({
      ...version,
      served: true,
      storage: version.name === storedVersion(spec),
    }));
    return {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${spec.names.plural}.${spec.group}` },
      spec: { ...spec, versions },
    };
  });
}

function storedVersion({ versions }: Loose): string {
  const names: string[] = versions.map(({ name }: Loose) => name);
  return names.find((name) => name === 'v1') ?? names.at(-1) ?? '';
}

/** Installs those that the cluster does not have, and waits until it serves them. @returns their paths. */
export async function installMissing(api: Api): Promise<string[]> {
  const installed: string[] = [];
  for (const crd of crdObjects()) {
    const path = pathOfObject(crd);
    const isThere = await api.ask('GET', path).then(
      () => true,
      (error: unknown) => {
        if (isFault(error, 'absent')) return false;
        throw error;
      },
    );
    if (isThere) continue;
    await api.create(crd);
    installed.push(path);
  }
  for (const path of installed) {
    await until(
      () => api.ask('GET', path),
      ({ status }) =>
        status?.conditions?.some(({ type, status: is }: Loose) => type === 'Established' && is === 'True'),
    );
  }
  return installed;
}
