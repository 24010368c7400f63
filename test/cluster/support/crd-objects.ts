import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isFault, type KubernetesObject } from '../../../src/platform/kubernetes';
import { ROOT } from '../../support/helm';
import type { Loose } from '../../support/loose';
import { type Api, pathOfObject } from './api';
import { until } from './place';

type CrdObject = KubernetesObject & { readonly spec: Loose; readonly [field: string]: unknown };

const FOLDER = join(ROOT, 'test/crds');

/** What `test/crds` has of each CustomResourceDefinition, as an object to install. The last version is the one that is stored. */
export function crdObjects(): CrdObject[] {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));
  return files.sort().map((file) => {
    const { spec } = JSON.parse(readFileSync(join(FOLDER, file), 'utf8'));
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
    // One that is being deleted, by an earlier run, would vanish in the middle of this one.
    const there = await until(
      () => find(api, path),
      (found) => found?.metadata.deletionTimestamp === undefined,
    );
    if (there) continue;
    // Somebody else may be doing the same at the moment.
    await api.ensure(crd);
    installed.push(path);
  }
  for (const { spec } of crdObjects()) {
    // The first answers of a new kind take a while, which is not the time of any spec.
    const path = `/apis/${spec.group}/${spec.versions.at(-1).name}/${spec.names.plural}?limit=1`;
    await until(
      () => api.ask('GET', path).catch((error: unknown) => error),
      (answer) => !isFault(answer),
    );
  }
  return installed;
}

async function find(api: Api, path: string): Promise<Loose> {
  return api.ask('GET', path).catch((error: unknown) => {
    if (isFault(error, 'absent')) return undefined;
    throw error;
  });
}
