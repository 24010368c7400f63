import type { SourceState } from '../cluster';

const SETTING = 'MCTL_PROMETHEUS_URL';

export const METRICS_OK: SourceState = { state: 'ok', message: 'metrics of the Prometheus API' };

/** @param what is unknown without metrics, as the end of a sentence. */
export function metricsNotConfigured(what: string): SourceState {
  return { state: 'not_configured', setting: SETTING, message: `${SETTING} is not set, so ${what}.` };
}

/** @param reason of a MetricsUnavailable. */
export function metricsUnavailable(reason: string): SourceState {
  return { state: 'unavailable', setting: SETTING, message: `Prometheus cannot be asked: ${reason}.` };
}
