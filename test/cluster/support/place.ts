import { join } from 'node:path';
import { Kubernetes } from '../../../src/platform/kubernetes';
import { type Config, readConfig } from '../../../src/platform/config';

/** What the set-up made, and the teardown takes away again. Handed over to the specs in one environment variable. */
export interface Facts {
  /** Begins the name of everything that is made. */
  readonly prefix: string;
  /** Of whoever runs the tests: it may do everything. */
  readonly adminKubeconfig: string;
  /** For kubeconfigs of accounts. */
  readonly folder: string;
  readonly namespaces: Namespaces;
  /** Where the rules of the account come from: the chart, or the list in the source. */
  readonly rolesFrom: 'chart' | 'rights';
  /** Paths of objects without a namespace, in the order in which they are to go. */
  readonly clusterObjects: readonly string[];
  /** Those that were not there before. */
  readonly installedCrds: readonly string[];
  readonly version: string;
}

export interface Namespaces {
  readonly mctl: string;
  readonly argocd: string;
  readonly databases: string;
  readonly builds: string;
  /** Also the name of a team. */
  readonly team: string;
}

/** Not MCTL_…: MCTL refuses settings that it does not know. */
const VARIABLE = 'TEST_CLUSTER_FACTS';

export function handOver(facts: Facts): void {
  process.env[VARIABLE] = JSON.stringify(facts);
}

export function facts(): Facts {
  return JSON.parse(process.env[VARIABLE] ?? '') as Facts;
}

export function accountKubeconfig(folder: string, name: string): string {
  return join(folder, `${name}.kubeconfig`);
}

/** Settings as the pod of the chart would have them. @param kubeconfig that of MCTL's account without. */
export function settings({ folder, namespaces }: Facts, kubeconfig = accountKubeconfig(folder, 'mctl')) {
  return {
    MCTL_CLUSTER: 'kubernetes',
    MCTL_KUBECONFIG: kubeconfig,
    MCTL_KUBERNETES_TIMEOUT: '5s',
    MCTL_ARGOCD_NAMESPACE: namespaces.argocd,
    MCTL_DATABASE_NAMESPACE: namespaces.databases,
  };
}

export function configOf(from: Facts, kubeconfig?: string): Config {
  return readConfig(settings(from, kubeconfig));
}

/** MCTL's own client, as the account that the chart makes for it. */
export function client(from: Facts, kubeconfig?: string): Kubernetes {
  return new Kubernetes(configOf(from, kubeconfig));
}

/** Tries again until the answer is as expected; the test's own limit ends it otherwise. */
export async function until<T>(question: () => Promise<T>, expected: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await question();
    if (expected(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
