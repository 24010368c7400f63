type Schema = { [keyword: string]: unknown };

const object = (required: string[], properties: Record<string, Schema>): Schema => ({
  ...{ type: 'object', required, properties, additionalProperties: false },
});
const text = { type: 'string', minLength: 1 };
const list = (items: Schema): Schema => ({ type: 'array', items });
const duration = {
  type: 'string',
  pattern: '^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$',
};
const endpoint = object(['port'], {
  ...{ port: text, path: text, interval: duration, scrapeTimeout: duration },
  ...{ params: { type: 'object' }, honorLabels: { type: 'boolean' } },
  ...{ relabelings: list({ type: 'object' }), metricRelabelings: list({ type: 'object' }) },
  scheme: { enum: ['http', 'https'] },
});
const selector = object([], { matchLabels: { type: 'object', additionalProperties: text } });

/**
 * Specs of the kinds that only our charts write and whose CRD is not among those of the project's machines, written down from the documentation
 * of External Secrets 2.9, Prometheus Operator 0.90 and Traefik 3: the fields that charts may use. Another one is an error until it is added.
 */
export const CHART_SCHEMAS: Readonly<Record<string, Schema>> = {
  'external-secrets.io/v1/SecretStore': object(['provider'], {
    provider: object(['vault'], {
      vault: object(['server', 'auth'], {
        ...{ server: text, namespace: text, path: text, version: { enum: ['v1', 'v2'] } },
        auth: object(['kubernetes'], {
          kubernetes: object(['mountPath', 'role'], {
            ...{ mountPath: text, role: text, serviceAccountRef: object(['name'], { name: text }) },
          }),
        }),
      }),
    }),
  }),
  'monitoring.coreos.com/v1/ServiceMonitor': object(['endpoints', 'selector'], { endpoints: list(endpoint), selector }),
  'monitoring.coreos.com/v1/PodMonitor': object(['selector'], { podMetricsEndpoints: list(endpoint), selector }),
  'traefik.io/v1alpha1/Middleware': object(['forwardAuth'], {
    forwardAuth: object(['address'], {
      ...{ address: text, trustForwardHeader: { type: 'boolean' }, authResponseHeaders: list(text) },
    }),
  }),
};
