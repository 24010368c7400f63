import { type ApplicationState, readApplication } from '../../../platform/cluster';
import { at, listAt, repoUrlOf, textAt } from '../../../platform/gitops';
import { isFault, type KubernetesObject, RESOURCES } from '../../../platform/kubernetes';
import { type Check, failed, type Finding, ok, skipped, warning } from '../check';
import type { Patient } from '../patient';

/** Of half a megabyte each at the worst; a cluster with more has enough of ours among the first. */
const MOST = 200;
const SHOWN = 10;
/** What Argo CD writes where it can make nothing of a source: https://argo-cd.readthedocs.io/en/stable/operator-manual/application.yaml */
const TROUBLE = ['ComparisonError', 'InvalidSpecError', 'UnknownError'];
/** Words of git, ssh and TLS in such a condition: then it is the way to the repository, or the credential for it. */
const REPOSITORY =
  /authenticat|authoriz|could not read username|repository not found|permission denied|unable to (resolve|access)|dial tcp|x509|ssh:|no such host|connection refused|i\/o timeout|ls-remote|list refs/i;

interface Followed {
  readonly state: ApplicationState;
  readonly repositories: readonly string[];
}

/** Whether Argo CD is there, follows our repository and can read it. Its credential is never looked at: its conditions say enough. */
export const argoCdCheck: Check = {
  name: 'argo cd',
  settings: ['MCTL_ARGOCD_NAMESPACE', 'MCTL_GITOPS_REMOTE', 'MCTL_GIT_URL', 'MCTL_PUBLIC_URL'],
  after: ['cluster'],
  limitMs: 12_000,
  async run(patient, signal) {
    const { argocdNamespace: namespace } = patient.config.values;
    if (await isAbsent(patient, namespace, signal)) {
      return failed(`there is no namespace ${namespace}`, 'Set MCTL_ARGOCD_NAMESPACE to the one of Argo CD.');
    }
    try {
      const { items } = await patient.kubernetes.list(RESOURCES.application, { namespace, most: MOST, signal });
      return judgeApplications(items.flatMap(followed), repoUrlOf(patient.config), namespace);
    } catch (error) {
      if (isFault(error, 'not_installed')) return skipped('needs: cluster kinds');
      if (isFault(error, 'forbidden')) return skipped('needs: cluster rights');
      throw error;
    }
  },
};

/** MCTL itself needs no right to read namespaces: without it this is not told. */
async function isAbsent({ kubernetes }: Patient, name: string, signal: AbortSignal): Promise<boolean> {
  try {
    await kubernetes.get(RESOURCES.namespace, { name }, signal);
    return false;
  } catch (error) {
    if (isFault(error, 'absent')) return true;
    if (isFault(error, 'forbidden')) return false;
    throw error;
  }
}

function followed(object: KubernetesObject): Followed[] {
  const state = readApplication(object);
  const sources = [at(object, 'spec', 'source'), ...listAt(object, 'spec', 'sources')];
  const repositories = sources.map((source) => textAt(source, 'repoURL')).filter((url) => url !== undefined);
  return state ? [{ state, repositories }] : [];
}

/** @param repository the address under which Argo CD should follow ours. */
export function judgeApplications(all: readonly Followed[], repository: string, namespace: string): Finding {
  const ours = all.filter(({ repositories }) => repositories.some((url) => plain(url) === plain(repository)));
  const marked = all.filter(({ state }) => state.team !== undefined && !ours.some((each) => each.state === state));
  const details = { applications: all.length, ours: ours.length, repository };
  if (ours.length > 0) return judgeOurs(ours, repository, details);
  if (marked.length > 0) {
    return failed(
      `${marked.length} Applications of MCTL follow another repository than ${repository}`,
      'Set MCTL_GITOPS_REMOTE, or MCTL_GIT_URL for the embedded repository, to the address that Argo CD uses.',
      { details },
    );
  }
  return warning(
    `none of ${all.length} Applications in ${namespace} follows ${repository}`,
    'Apply platform-gitops/argocd/root-application.yaml of the repository once, with kubectl (docs/install.md); where it names another address, run mctl init --update before.',
    { details },
  );
}

function judgeOurs(ours: readonly Followed[], repository: string, details: Record<string, unknown>): Finding {
  const troubled = ours.flatMap(({ state }) =>
    state.conditions
      .filter(({ type }) => TROUBLE.includes(type))
      .map(({ type, message }) => ({ text: `${state.name}: ${type}: ${message}`, message })),
  );
  const found = `${ours.length} Applications follow ${repository}`;
  if (troubled.length === 0) return ok(found, { details });
  const more = {
    lines: troubled.slice(0, SHOWN).map(({ text }) => text),
    details: { ...details, conditions: troubled.map(({ text }) => text) },
  };
  if (troubled.some(({ message }) => REPOSITORY.test(message))) {
    return failed(
      'Argo CD cannot read the repository',
      `Give Argo CD a credential that may read it: argocd repo add ${repository}`,
      more,
    );
  }
  return warning(`${found}, some with errors`, 'Look at them in Argo CD; what it says is above.', more);
}

/** One repository has several addresses: with and without `.git`, a slash at the end, capital letters in the host. */
function plain(address: string): string {
  return address
    .toLowerCase()
    .replace(/\/+$/, '')
    .replace(/\.git$/, '');
}
