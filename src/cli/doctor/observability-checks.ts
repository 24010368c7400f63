import { logQuery, Loki, LogsUnavailable } from '../../platform/logs';
import { MetricsUnavailable, Prometheus } from '../../platform/prometheus';
import { type Check, failed, ok } from './check';

const MINUTE_MS = 60_000;
const LIMIT_MS = 12_000;

/** Whether Loki answers a query as MCTL will ask it: address, token, tenant. Of what, is all the same. */
export const lokiCheck: Check = {
  name: 'loki',
  settings: ['MCTL_LOKI_URL', 'MCTL_LOKI_TENANT', 'MCTL_LOKI_TIMEOUT'],
  limitMs: LIMIT_MS,
  async run({ config }) {
    const { lokiUrl, argocdNamespace } = config.values;
    const to = new Date();
    const range = { from: new Date(to.getTime() - MINUTE_MS), to, limit: 1 };
    try {
      await new Loki(config).lines(logQuery({ namespace: argocdNamespace, deployment: 'argocd-server' }), range);
      return ok(`${lokiUrl ?? ''} answers`);
    } catch (error) {
      if (!(error instanceof LogsUnavailable)) throw error;
      return failed(
        `${lokiUrl ?? ''}: ${error.message}`,
        'Check MCTL_LOKI_URL, MCTL_LOKI_TOKEN_FILE and MCTL_LOKI_TENANT.',
      );
    }
  },
};

/** Whether the Prometheus API answers a query that needs no data. */
export const prometheusCheck: Check = {
  name: 'prometheus',
  settings: ['MCTL_PROMETHEUS_URL', 'MCTL_PROMETHEUS_TIMEOUT'],
  limitMs: LIMIT_MS,
  async run({ config }) {
    const { prometheusUrl } = config.values;
    try {
      await new Prometheus(config).queryAll({ one: 'vector(1)' }, new Date());
      return ok(`${prometheusUrl ?? ''} answers`);
    } catch (error) {
      if (!(error instanceof MetricsUnavailable)) throw error;
      return failed(
        `${prometheusUrl ?? ''}: ${error.message}`,
        'Check MCTL_PROMETHEUS_URL and MCTL_PROMETHEUS_TOKEN_FILE.',
      );
    }
  },
};
