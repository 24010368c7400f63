import type { Config } from '../../../platform/config';
import { isFault, type Resource, RESOURCES } from '../../../platform/kubernetes';
import { type Check, failed, type Finding, ok, type Status, warning } from '../check';
import type { Patient } from '../patient';
import { workflowSettings } from './workflow-settings';

/** A kind that the settings make MCTL ask for. */
interface Need {
  readonly resource: Resource;
  readonly product: string;
  /** What there is not without it, as the end of a sentence. */
  readonly without: string;
  readonly missing: Extract<Status, 'failed' | 'warning'>;
}

interface Gap extends Need {
  readonly found: string;
}

/** Whether the API server knows every kind that the settings need, in the version that MCTL speaks. */
export const kindsCheck: Check = {
  name: 'cluster kinds',
  after: ['cluster'],
  limitMs: 12_000,
  async run(patient, signal) {
    const needs = needsOf(patient.config);
    const gaps = (await Promise.all(needs.map((need) => gapOf(patient, need, signal)))).flat();
    return judgeKinds(needs, gaps);
  },
};

export function needsOf(config: Config): Need[] {
  const { secrets, prometheusUrl } = config.values;
  const { workflows, builder } = workflowSettings(config);
  const argo = { product: 'Argo Workflows', missing: 'failed' } as const;
  const without = workflows === 'argo' ? 'no operation runs' : 'no image is built';
  const { application, workflow, clusterWorkflowTemplate, certificate, externalSecret, database, podMetrics } =
    RESOURCES;
  return [
    { resource: application, product: 'Argo CD', without: 'nothing is deployed', missing: 'failed' },
    ...(workflows === 'argo' || builder === 'argo'
      ? [
          { resource: workflow, without, ...argo },
          { resource: clusterWorkflowTemplate, without, ...argo },
        ]
      : []),
    ...(config.createsDatabases ? [] : [optional(database, 'CloudNativePG', 'no database is made')]),
    optional(certificate, 'cert-manager', 'no domain has a certificate'),
    {
      ...optional(externalSecret, 'External Secrets', 'no secret reaches a service'),
      // With Vault there is no other way from it to the pods.
      missing: secrets === 'vault' ? 'failed' : 'warning',
    },
    ...(prometheusUrl === undefined ? [optional(podMetrics, 'metrics-server', 'use is unknown')] : []),
  ];
}

function optional(resource: Resource, product: string, without: string): Need {
  return { resource, product, without, missing: 'warning' };
}

async function gapOf({ apiServer }: Patient, need: Need, signal: AbortSignal): Promise<Gap[]> {
  const { resource, product } = need;
  const name = `${resource.plural}.${resource.group}/${resource.version}`;
  try {
    const { isServed, versions } = await apiServer.serves(resource, signal);
    if (isServed) return [];
    const others = versions.filter((version) => version !== resource.version);
    const found = others.length === 0 ? 'is not installed' : `is there as ${others.join(', ')} only`;
    return [{ ...need, found: `${name} (${product}) ${found}` }];
  } catch (error) {
    if (!isFault(error)) throw error;
    return [{ ...need, found: `${name} (${product}) is registered and does not answer (${error.kind})` }];
  }
}

export function judgeKinds(needs: readonly Need[], gaps: readonly Gap[]): Finding {
  const names = needs.map(({ resource }) => `${resource.plural}.${resource.group}`);
  const details = { needed: names, missing: gaps.map(({ found, without }) => ({ found, without })) };
  const [first] = gaps;
  if (!first) return ok(`${names.length} kinds, all served`, { details });
  const products = [...new Set(gaps.map(({ product }) => product))].sort();
  const judge = gaps.some(({ missing }) => missing === 'failed') ? failed : warning;
  return judge(
    `${gaps.length} of ${needs.length} kinds are missing`,
    `Install or mend ${products.join(', ')}, or take the setting away that needs it.`,
    { lines: gaps.map(({ found, without }) => `${found}: ${without}`), details },
  );
}
