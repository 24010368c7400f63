import type { WorkflowNode } from '../../platform/argo';
import { readEvent, readPod } from '../../platform/cluster';
import { Unavailable } from '../../platform/errors';
import { listAt, textAt } from '../../platform/gitops/values';
import {
  errorOf,
  isFault,
  type Kubernetes,
  type KubernetesObject,
  labelSelector,
  RESOURCES,
} from '../../platform/kubernetes';
import { foreignLine } from '../../platform/text/foreign-text';

/** A build has one pod, and one more for each time that a node failed under it. */
const MOST_PODS = 20;
const MOST_EVENTS = 50;
const REASON = 300;
/** First the usual, then less where lines are so long that their end was cut off. */
const TAILS = [200, 20];
const LOG_BYTES = 256 * 1024;

/** Container that asks for the build and prints what happens; the other one is BuildKit itself. */
const CLIENT = 'main';
const DAEMON = 'buildkitd';

interface Where {
  readonly namespace: string;
  /** Of the Workflow. */
  readonly name: string;
}

/** Pods of a build, newest first. @throws KubernetesFault. */
export async function podsOfBuild(
  kubernetes: Kubernetes,
  { namespace, name }: Where,
  signal?: AbortSignal,
): Promise<KubernetesObject[]> {
  const labels = labelSelector({ 'workflows.argoproj.io/workflow': name });
  const { items } = await kubernetes.list(RESOURCES.pod, { namespace, labels, most: MOST_PODS, signal });
  const createdAt = (pod: KubernetesObject) => pod.metadata?.creationTimestamp ?? '';
  return items.sort((a, b) => (createdAt(a) > createdAt(b) ? -1 : 1));
}

export function hasBegun(pods: readonly KubernetesObject[]): boolean {
  return pods.some((pod) => !['Pending', 'Unknown'].includes(readPod(pod).phase));
}

/** Why a build has not begun yet, e.g. `Unschedulable: 0/3 nodes are available`; undefined where nothing says so. */
export async function reasonToWait(
  kubernetes: Kubernetes,
  { namespace, pods, nodes }: { namespace: string; pods: readonly KubernetesObject[]; nodes: readonly WorkflowNode[] },
  signal?: AbortSignal,
): Promise<string | undefined> {
  const [pod] = pods;
  // Before there is a pod only Argo can say why, e.g. that the namespace's quota is used up.
  if (!pod) return shown(nodes.find(({ phase, message }) => phase === 'Pending' && message !== undefined)?.message);
  return unschedulable(pod) ?? troubleOf(pod) ?? (await warningOf(kubernetes, namespace, pod, signal));
}

function unschedulable(pod: KubernetesObject): string | undefined {
  const scheduled = listAt(pod, 'status', 'conditions').find((each) => textAt(each, 'type') === 'PodScheduled');
  if (textAt(scheduled, 'status') !== 'False') return undefined;
  return shown([textAt(scheduled, 'reason'), textAt(scheduled, 'message')].filter(Boolean).join(': '));
}

/** What every pod goes through on its way is no trouble. */
function troubleOf(pod: KubernetesObject): string | undefined {
  const troubles = readPod(pod).containers.map(({ trouble }) => trouble);
  return troubles.find((each) => each !== undefined && !/^(ContainerCreating|PodInitializing)\b/.test(each));
}

/** A mount or a sandbox that fails is told by events only. They are no more than a help: without them the build goes on all the same. */
async function warningOf(
  kubernetes: Kubernetes,
  namespace: string,
  pod: KubernetesObject,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const fields = `involvedObject.name=${pod.metadata?.name ?? ''}`;
  try {
    const { items } = await kubernetes.list(RESOURCES.event, { namespace, fields, most: MOST_EVENTS, signal });
    const [newest] = items
      .map(readEvent)
      .filter(({ isWarning }) => isWarning)
      .sort((a, b) => (a.at > b.at ? -1 : 1));
    return newest && shown(`${newest.reason}: ${newest.message}`);
  } catch (error) {
    if (isFault(error)) return undefined;
    throw error;
  }
}

/** The log of a build that failed, as far as there is one: a log that is missing must not hide the failure that it is about. */
export async function logOfBuild(
  kubernetes: Kubernetes,
  where: Where,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const { namespace } = where;
  const [pod] = await podsOfBuild(kubernetes, where, signal).catch((error: unknown) => {
    if (isFault(error) && !(errorOf(error) instanceof Unavailable)) return [];
    throw error;
  });
  const name = pod?.metadata?.name;
  if (name === undefined) return undefined;
  const client = await tailOf(kubernetes, { namespace, name }, CLIENT, signal);
  // Numbered lines are steps. Where there are none, BuildKit did not get as far, and only its own log says why.
  if (client !== undefined && /^#\d+ /m.test(client)) return client;
  const daemon = await tailOf(kubernetes, { namespace, name }, DAEMON, signal);
  return [daemon, client].filter((log) => log !== undefined && log !== '').join('\n') || undefined;
}

async function tailOf(
  kubernetes: Kubernetes,
  pod: { namespace: string; name: string },
  container: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  let log = '';
  try {
    for (const tailLines of TAILS) {
      log = await kubernetes.logs(pod, { container, tailLines, limitBytes: LOG_BYTES, signal });
      if (Buffer.byteLength(log) < LOG_BYTES) break;
    }
  } catch (error) {
    if (isFault(error)) return undefined;
    throw error;
  }
  return log.trimEnd().replace(/^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d) /gm, '');
}

function shown(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : foreignLine(text, REASON);
}
