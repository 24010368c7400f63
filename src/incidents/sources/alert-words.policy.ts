import { type Severity, TYPE_PATTERN } from '../incident';

/** Types that the upstream platform gives well-known alerts. */
const KNOWN: readonly (readonly [RegExp, string])[] = [
  [/^(Kube)?Pod(CrashLooping|NotReady)$/, 'pod_crashloop'],
  [/^(TenantCPUQuotaHigh|TenantMemoryQuotaHigh|CPUThrottlingHigh|Node.*|VaultSealed)$/, 'resource_limit'],
  [/^(ArgoWorkflow.*|KubeJobNotCompleted)$/, 'workflow_failed'],
  [/^ArgoCDApplication(Degraded|OutOfSyncLong)$/, 'argocd_app_degraded'],
];

/** The type of an alert by its name: one of upstream's where that has one, otherwise the name itself in lower case. */
export function typeOf(alertname: string): string {
  const known = KNOWN.find(([pattern]) => pattern.test(alertname))?.[1];
  if (known) return known;
  const words = alertname
    .slice(0, 200)
    .replace(/([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])/g, '$1$3_$2$4')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+/, '')
    .slice(0, 60)
    .replace(/_+$/, '');
  return TYPE_PATTERN.test(words) ? words : 'generic';
}

const WORDS: Readonly<Record<Severity, readonly string[]>> = {
  critical: ['critical', 'crit', 'fatal', 'emergency', 'page', 'disaster', 'p1', 'sev1'],
  warning: ['warning', 'warn', 'error', 'high', 'major', 'average', 'p2', 'sev2'],
  info: [
    'info',
    'information',
    'informational',
    'notice',
    'low',
    'minor',
    'debug',
    'none',
    'ok',
    'p3',
    'p4',
    'sev3',
    'sev4',
  ],
};

/** Words that people use in a severity label; what nobody knows is a warning. */
export function severityOf(label: string | undefined): Severity {
  const word = label?.trim().toLowerCase() ?? '';
  return (Object.keys(WORDS) as Severity[]).find((severity) => WORDS[severity].includes(word)) ?? 'warning';
}
