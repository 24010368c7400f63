import type { ApplicationState, PodState, Reading, Readiness } from '../platform/cluster';
import type { Service } from '../platform/gitops';
import type { ActualState } from './actual-state';
import { autoscalingOf, imageText, stateWords } from './service-view';
import type { ConditionItem, EventItem, ServiceStatus } from './services.dto';

type ActualParts = Pick<ServiceStatus, 'sync' | 'health' | 'image' | 'replicas' | 'conditions' | 'events'>;

/** Actual state beside what git declares. Pure. */
export function actualParts(service: Service, actual: ActualState): ActualParts {
  const { application, pods, source } = actual;
  const words = stateWords(application);
  return {
    sync: { status: words.sync, revision: application?.revision ?? null },
    health: { status: words.health, message: healthMessage(actual, source.message) },
    image: { declared: imageText(service), deployed: deployedImage(service, actual) },
    replicas: {
      declared: service.autoscaling.enabled ? null : service.replicas,
      ready: pods ? pods.filter(({ isReady, isLeaving }) => isReady && !isLeaving).length : null,
      autoscaling: autoscalingOf(service),
    },
    conditions: conditionsOf(actual),
    events: (actual.events ?? []).map(eventItem),
  };
}

function healthMessage({ application }: ActualState, unknown = ''): string {
  if (application === undefined) return unknown;
  if (application === null) return 'Argo CD has no Application for this service yet.';
  return application.healthMessage || (application.troubles.find(({ message }) => message !== '')?.message ?? '');
}

/** The image that pods run; where several do, the newest pod's that is ready. Else what Argo CD saw of this repository. */
function deployedImage(service: Service, { pods, application }: ActualState): string | null {
  const repository = service.imageRepository ?? '\0';
  const isOwn = (image: string): boolean => image === repository || /^[:@]/.test(withoutStart(image, repository));
  const newest = [...(pods ?? [])].sort((a, b) => Number(b.isReady) - Number(a.isReady));
  const running = newest.flatMap(({ containers }) => containers.map(({ image }) => image));
  return [...running, ...(application?.images ?? [])].find(isOwn) ?? null;
}

function withoutStart(text: string, start: string): string {
  return text.startsWith(start) ? text.slice(start.length) : '';
}

function conditionsOf({ application, pods, parts }: ActualState): ConditionItem[] {
  return [
    ...(application ? applicationConditions(application) : []),
    ...(pods ?? []).flatMap(podConditions),
    ...parts.flatMap(({ kind, reading }) => partConditions(kind, reading)),
  ];
}

function applicationConditions({ operation, conditions, troubles }: ApplicationState): ConditionItem[] {
  return [
    ...(operation ? [{ type: 'SyncOperation', status: operation.phase, message: operation.message }] : []),
    ...conditions.map(({ type, message }) => ({ type, status: 'True', message })),
    ...troubles.map(({ resource, sync = 'Unknown', health = sync, message }) => ({
      type: resource,
      status: health === 'Healthy' ? sync : health,
      message,
    })),
  ];
}

function podConditions({ name, phase, containers, isLeaving }: PodState): ConditionItem[] {
  if (isLeaving) return [];
  return containers.flatMap(({ name: container, trouble, restarts }) => {
    if (trouble === undefined && restarts === 0) return [];
    const often = restarts === 0 ? '' : ` (restarted ${restarts} times)`;
    return [{ type: `Pod ${name}/${container}`, status: phase, message: `${trouble ?? 'runs'}${often}` }];
  });
}

function partConditions(kind: string, { value, source }: Reading<readonly Readiness[]>): ConditionItem[] {
  if (!value) {
    return source.state === 'not_configured' ? [] : [{ type: kind, status: 'Unknown', message: source.message ?? '' }];
  }
  return value.map(({ name, isReady, reason }) => ({
    type: `${kind} ${name}`,
    status: isReady === undefined ? 'Unknown' : isReady ? 'Ready' : 'NotReady',
    message: reason,
  }));
}

function eventItem({ at, reason, object, message, count }: NonNullable<ActualState['events']>[number]): EventItem {
  return { at, reason, message: `${object}: ${message}${count > 1 ? ` (${count} times)` : ''}` };
}
