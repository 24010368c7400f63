import { TYPE_PATTERN } from '../incident';
import { severityOf, typeOf } from './alert-words.policy';

it.each([
  ['KubePodCrashLooping', 'pod_crashloop'],
  ['PodNotReady', 'pod_crashloop'],
  ['NodeFilesystemAlmostOutOfSpace', 'resource_limit'],
  ['KubeJobNotCompleted', 'workflow_failed'],
  ['ArgoCDApplicationDegraded', 'argocd_app_degraded'],
  ['HTTPErrorRateHigh', 'http_error_rate_high'],
  ['disk full!', 'disk_full'],
  ['5xxRate', 'xx_rate'],
  ['', 'generic'],
  ['☃', 'generic'],
  ['a'.repeat(5_000), 'a'.repeat(60)],
])('%p is of type %s', (alertname, type) => {
  expect(typeOf(alertname)).toBe(type);
  expect(type).toMatch(TYPE_PATTERN);
});

it.each([
  ['critical', 'critical'],
  ['PAGE', 'critical'],
  [' Warn ', 'warning'],
  ['none', 'info'],
  ['', 'warning'],
  ['purple', 'warning'],
  [undefined, 'warning'],
])('%p is %s', (label, severity) => {
  expect(severityOf(label)).toBe(severity);
});
