import { at, listAt, textAt } from '../gitops/values';
import { type Kubernetes, type KubernetesObject, labelSelector, RESOURCES } from '../kubernetes';
import { foreignLine } from '../text/foreign-text';

const MESSAGE = 300;
/** A service has at most a few dozen; what a namespace has beyond is not read for one answer. */
const MOST = 200;

export interface PodState {
  readonly name: string;
  readonly phase: string;
  readonly isReady: boolean;
  readonly isLeaving: boolean;
  readonly createdAt: string;
  readonly containers: readonly ContainerState[];
}

export interface ContainerState {
  readonly name: string;
  readonly image: string;
  readonly restarts: number;
  /** Why it does not run, e.g. `CrashLoopBackOff: back-off 5m0s restarting failed container`; undefined while it runs. */
  readonly trouble: string | undefined;
}

/** Pods of one service, newest first. @param instance full name that chart `service` labels them with. */
export async function podsOf(kubernetes: Kubernetes, namespace: string, instance: string): Promise<PodState[]> {
  const labels = labelSelector({ 'app.kubernetes.io/instance': instance });
  const { items } = await kubernetes.list(RESOURCES.pod, { namespace, labels, most: MOST });
  return items.map(readPod).sort((a, b) => (a.createdAt > b.createdAt ? -1 : 1));
}

export function readPod(pod: KubernetesObject): PodState {
  const statuses = listAt(pod, 'status', 'containerStatuses');
  const conditions = listAt(pod, 'status', 'conditions');
  return {
    name: pod.metadata?.name ?? '',
    phase: textAt(pod, 'status', 'phase') ?? 'Unknown',
    isReady: conditions.some((each) => textAt(each, 'type') === 'Ready' && textAt(each, 'status') === 'True'),
    isLeaving: at(pod, 'metadata', 'deletionTimestamp') !== undefined,
    createdAt: pod.metadata?.creationTimestamp ?? '',
    containers: listAt(pod, 'spec', 'containers').map((container) => {
      const name = textAt(container, 'name') ?? '';
      const status = statuses.find((each) => textAt(each, 'name') === name);
      const restarts = at(status, 'restartCount');
      return {
        name,
        image: foreignLine(textAt(container, 'image') ?? '', MESSAGE),
        restarts: typeof restarts === 'number' ? restarts : 0,
        trouble: troubleOf(status),
      };
    }),
  };
}

function troubleOf(status: unknown): string | undefined {
  const state = ['waiting', 'terminated']
    .map((each) => at(status, 'state', each))
    .find((each) => each !== undefined && textAt(each, 'reason') !== 'Completed');
  if (state === undefined) return undefined;
  const parts = [textAt(state, 'reason'), textAt(state, 'message')].filter((part) => part !== undefined);
  return foreignLine(parts.join(': '), MESSAGE) || 'not running';
}
