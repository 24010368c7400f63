import { at, textAt } from '../gitops/values';
import { type Kubernetes, type KubernetesObject, RESOURCES } from '../kubernetes';
import { foreignLine } from '../text/foreign-text';

/** Read of a namespace at most; the API keeps an hour of them. */
const MOST = 1_000;

export interface EventState {
  readonly at: string;
  readonly isWarning: boolean;
  readonly reason: string;
  /** E.g. `Pod billing-api-7d9c5b6f4d-abcde`. */
  readonly object: string;
  readonly message: string;
  readonly count: number;
}

/** Recent events of the objects of one service, newest first. @param limit most to answer. */
export async function eventsOf(
  kubernetes: Kubernetes,
  { namespace, instance }: { namespace: string; instance: string },
  limit: number,
): Promise<EventState[]> {
  const { items } = await kubernetes.list(RESOURCES.event, { namespace, most: MOST });
  return items
    .filter((event) => isOf(event, instance))
    .map(readEvent)
    .sort((a, b) => (a.at > b.at ? -1 : 1))
    .slice(0, limit);
}

/** Names of what a Deployment makes: `{name}-{hash}` and `{name}-{hash}-{five}`, of the letters that Kubernetes uses for them. */
function isOf(event: unknown, instance: string): boolean {
  const name = textAt(event, 'involvedObject', 'name') ?? '';
  if (!name.startsWith(instance)) return false;
  return /^$|^-[bcdf-hj-np-tv-z0-9]{5,10}(-[bcdf-hj-np-tv-z0-9]{5})?$/.test(name.slice(instance.length));
}

export function readEvent(event: KubernetesObject): EventState {
  const count = at(event, 'series', 'count') ?? at(event, 'count');
  return {
    at: timeOf(event),
    isWarning: textAt(event, 'type') === 'Warning',
    reason: foreignLine(textAt(event, 'reason') ?? '', 100),
    object: foreignLine(
      `${textAt(event, 'involvedObject', 'kind') ?? ''} ${textAt(event, 'involvedObject', 'name') ?? ''}`,
      200,
    ),
    message: foreignLine(textAt(event, 'message') ?? textAt(event, 'note') ?? '', 500),
    count: typeof count === 'number' ? count : 1,
  };
}

/** Which of them is set depends on which of the two event APIs wrote it. */
function timeOf(event: KubernetesObject): string {
  const times = [
    textAt(event, 'series', 'lastObservedTime'),
    textAt(event, 'lastTimestamp'),
    textAt(event, 'eventTime'),
    textAt(event, 'firstTimestamp'),
    event.metadata?.creationTimestamp,
  ];
  return times.find((time) => time !== undefined) ?? '';
}
