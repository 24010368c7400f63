import type { FaultKind } from '../kubernetes';
import { Choice, Text } from '../schema';

/** How an upstream that an answer drew on is doing. */
export class SourceState {
  @Choice(['ok', 'degraded', 'unavailable', 'not_configured']) state:
    'ok' | 'degraded' | 'unavailable' | 'not_configured';
  @Text({ optional: true, description: 'The setting that connects it.' }) setting?: string;
  @Text({ optional: true }) message?: string;
}

const SETTING = 'MCTL_CLUSTER';

/** Said where the answer knows desired state only, because nobody connected a cluster. @param unknown e.g. "sync and health are unknown". */
export function clusterNotConfigured(unknown: string): SourceState {
  return {
    state: 'not_configured',
    setting: SETTING,
    message: `MCTL_CLUSTER=none: no cluster is connected, so ${unknown}. MCTL knows the desired state in git only.`,
  };
}

export function clusterOk(message: string): SourceState {
  return { state: 'ok', message };
}

/** Which setting mends it, where one does. */
const SETTING_OF: Partial<Record<FaultKind, string>> = {
  misconfigured: 'MCTL_KUBECONFIG',
  unauthenticated: 'MCTL_KUBECONFIG',
};

/** @param fault what the cluster answered instead: forbidden, not installed and unreachable each say so in its message. */
export function clusterUnavailable(fault: { kind: FaultKind; message: string }, unknown: string): SourceState {
  return {
    state: 'unavailable',
    setting: SETTING_OF[fault.kind] ?? SETTING,
    message: `${fault.kind}: ${fault.message} So ${unknown}.`,
  };
}

/** What is known is from before the fault. */
export function clusterDegraded(fault: { kind: FaultKind; message: string }): SourceState {
  return {
    state: 'degraded',
    setting: SETTING_OF[fault.kind] ?? SETTING,
    message: `${fault.kind}: ${fault.message} What is shown is the last known state.`,
  };
}

/** Several questions as one state: where some have an answer and others none, it is degraded, and says which. */
export function togetherOf(first: SourceState, ...others: readonly SourceState[]): SourceState {
  const states = [first, ...others];
  const troubles = states.filter(({ state }) => state !== 'ok');
  const [trouble] = troubles;
  if (!trouble) return first;
  if (troubles.length === states.length && troubles.every(({ state }) => state === trouble.state)) return trouble;
  const messages = [...new Set(troubles.map(({ message }) => message))].join(' ');
  return { state: 'degraded', setting: trouble.setting, message: messages };
}
