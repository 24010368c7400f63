import { Choice, Text } from '../schema';

/** How an upstream that an answer drew on is doing. */
export class SourceState {
  @Choice(['ok', 'degraded', 'unavailable', 'not_configured']) state:
    'ok' | 'degraded' | 'unavailable' | 'not_configured';
  @Text({ optional: true, description: 'The setting that connects it.' }) setting?: string;
  @Text({ optional: true }) message?: string;
}

/** Said where the answer knows desired state only, because this version has no cluster to ask. */
export function clusterNotConfigured(what: string): SourceState {
  return {
    state: 'not_configured',
    setting: 'MCTL_CLUSTER',
    message: `MCTL_CLUSTER=none: no cluster is connected, so ${what}. This version knows the desired state in git only.`,
  };
}
