import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { crdViolations } from './crds';
import { helmTemplate, type Manifest, ROOT } from './helm';
import { isBuiltIn, kubernetesViolations } from './kubernetes-schema';
import { at, type Container, type PodSpec } from './manifests';

/** The chart that MCTL itself is installed with. */
export const MCTL_CHART = join(ROOT, 'deploy/helm/mctl');
const CI = join(MCTL_CHART, 'ci');
/** Names of the values files of each way to install it. */
export const MODES = readdirSync(CI)
  .map((file) => file.replace(/\.yaml$/, ''))
  .sort();

export type Values = Record<string, unknown>;

export const valuesOf = (mode: string): Values => parse(readFileSync(join(CI, `${mode}.yaml`), 'utf8')) as Values;

/** The mode `argo` that also builds images in the cluster. */
export function builds(): Values {
  const { settings, existingSecrets, networkPolicy, ...rest } = valuesOf('argo') as Record<string, Values>;
  return {
    ...rest,
    settings: { ...settings, MCTL_GITHUB_APP_CLIENT_ID: 'Iv23liabcdefghij1234' },
    existingSecrets: {
      ...existingSecrets,
      MCTL_GITHUB_APP_PRIVATE_KEY_FILE: { name: 'mctl-github-app', key: 'key.pem' },
    },
    networkPolicy: {
      ...networkPolicy,
      egress: { ...(networkPolicy?.egress as Values), github: [{ internet: true, ports: [443] }] },
    },
    builder: { kind: 'argo', registry: 'registry.example.org/apps' },
  };
}

/** What the chart renders as release `mctl` in namespace `mctl`. Rejects with what helm printed. */
export const renderMctl = (values: unknown): Promise<Manifest[]> =>
  helmTemplate({ chart: MCTL_CHART, name: 'mctl', namespace: 'mctl', values });

/** What an API server would refuse of these, strictly; a kind that nothing here knows is named as well. */
export function violations(manifests: Manifest[]): string[] {
  const foreign = manifests.filter((manifest) => !isBuiltIn(manifest));
  return [...manifests.filter(isBuiltIn).flatMap(kubernetesViolations), ...crdViolations(foreign)];
}

/** The pods that Deployments and tests of the chart make. */
export function podsOf(manifests: Manifest[]): PodSpec[] {
  const paths: Record<string, string> = { Deployment: 'spec.template.spec', Pod: 'spec' };
  const specs = manifests.flatMap((manifest) => {
    const path = paths[manifest.kind];
    return path === undefined ? [] : [at(manifest, path)];
  });
  return specs as PodSpec[];
}

export const containersOf = (pod: PodSpec): Container[] => [...(pod.initContainers ?? []), ...pod.containers];
