import { textAt } from '../../../platform/gitops';
import { isFault, type KubernetesObject, RESOURCES } from '../../../platform/kubernetes';
import { packageVersion } from '../../../platform/package-root';
import { type Check, failed, type Finding, ok, skipped, warning } from '../check';
import type { Patient } from '../patient';
import { workflowSettings } from './workflow-settings';

/** A ClusterWorkflowTemplate of ours, and where its pods run. */
interface Wanted {
  readonly template: string;
  readonly namespace: string;
}

const LABEL = 'app.kubernetes.io/version';
const UPGRADE = 'helm upgrade the chart deploy/helm/mctl to the version of MCTL: it installs template and account.';

/** Whether our ClusterWorkflowTemplates are there, of this version, and the account that their pods run as exists. */
export const templatesCheck: Check = {
  name: 'workflow templates',
  settings: ['MCTL_WORKFLOWS', 'MCTL_ARGO_NAMESPACE', 'MCTL_ARGO_TEMPLATE', 'MCTL_BUILDER', 'MCTL_BUILD_TEMPLATE'],
  after: ['cluster', 'cluster kinds'],
  limitMs: 12_000,
  async run(patient, signal) {
    const wanted = wantedBy(patient);
    if (wanted.length === 0) return skipped('neither operations nor builds run by Argo Workflows');
    const findings = await Promise.all(wanted.map((each) => examine(patient, each, signal)));
    const order = ['failed', 'warning', 'skipped', 'ok'] as const;
    const worst = order.flatMap((status) => findings.find((finding) => finding.status === status) ?? [])[0];
    const found = findings.map((finding) => finding.found).join('; ');
    return { ...(worst ?? ok(found)), found, details: { templates: findings.map(({ details }) => details) } };
  },
};

function wantedBy({ config }: Patient): Wanted[] {
  const { workflows, argoNamespace, argoTemplate, builder, buildNamespace, buildTemplate } = workflowSettings(config);
  return [
    ...(workflows === 'argo' ? [{ template: argoTemplate, namespace: argoNamespace }] : []),
    ...(builder === 'argo' ? [{ template: buildTemplate, namespace: buildNamespace }] : []),
  ];
}

async function examine({ kubernetes }: Patient, wanted: Wanted, signal: AbortSignal): Promise<Finding> {
  try {
    const name = wanted.template;
    const template = await kubernetes.get(RESOURCES.clusterWorkflowTemplate, { name }, signal);
    const account = textAt(template, 'spec', 'serviceAccountName');
    const ref = { namespace: wanted.namespace, name: account ?? 'default' };
    return judgeTemplate(template, wanted, account === undefined ? undefined : await isThere(kubernetes, ref, signal));
  } catch (error) {
    if (isFault(error, 'absent')) return failed(`there is no ClusterWorkflowTemplate ${wanted.template}`, UPGRADE);
    if (isFault(error, 'forbidden')) return skipped('needs: cluster rights');
    throw error;
  }
}

/** MCTL itself needs no right to read accounts: without it, undefined. */
async function isThere(
  kubernetes: Patient['kubernetes'],
  ref: { namespace: string; name: string },
  signal: AbortSignal,
): Promise<boolean | undefined> {
  try {
    await kubernetes.get(RESOURCES.serviceAccount, ref, signal);
    return true;
  } catch (error) {
    if (isFault(error, 'absent')) return false;
    if (isFault(error, 'forbidden')) return undefined;
    throw error;
  }
}

/** @param hasAccount whether its ServiceAccount exists; undefined where that may not be asked. */
export function judgeTemplate(
  template: KubernetesObject,
  { template: name, namespace }: Wanted,
  hasAccount: boolean | undefined,
): Finding {
  const version = textAt(template, 'metadata', 'labels', LABEL) ?? 'unknown';
  const account = textAt(template, 'spec', 'serviceAccountName');
  const details = { name, version, account, account_exists: hasAccount };
  if (account === undefined) {
    return failed(`${name} names no service account, and its pods would have that of everybody`, UPGRADE, { details });
  }
  if (hasAccount === false) {
    return failed(`${name}: there is no service account ${account} in ${namespace}`, UPGRADE, { details });
  }
  if (version !== packageVersion) {
    return warning(`${name} is of version ${version}, MCTL of ${packageVersion}`, UPGRADE, { details });
  }
  if (hasAccount === undefined) {
    return warning(
      `${name} ${version} runs as ${account}, which MCTL may not look up`,
      `See that it is there: kubectl --namespace ${namespace} get serviceaccount ${account}`,
      { details },
    );
  }
  return ok(`${name} ${version}, runs as ${account}`, { details });
}
