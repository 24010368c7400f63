import { CHART_SCHEMAS } from './chart-schemas';

type Schema = { [keyword: string]: unknown };

const object = (required: string[], properties: Record<string, Schema>): Schema => ({
  type: 'object',
  required,
  properties,
  additionalProperties: false,
});
const text = { type: 'string' };
const flag = { type: 'boolean' };
const oneOf = (...values: string[]): Schema => ({ type: 'string', enum: values });
const list = (items: Schema): Schema => ({ type: 'array', items });
const texts = { type: 'object', additionalProperties: text };
const named = object(['name'], { name: { type: 'string', minLength: 1 } });
const generator = object(['kind', 'name'], { apiVersion: text, kind: oneOf('Password'), name: text });

/** As the CRDs of the Prometheus Operator have it. */
const DURATION = '^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$';

/**
 * Specs of kinds whose CRD is not among those of the project's machines, written down from the documentation of CloudNativePG 1.30 and
 * External Secrets 2.9: every field they have is known, what is not known is an error. A real CRD in the folder is used instead.
 */
export const HAND_SCHEMAS: Readonly<Record<string, Schema>> = {
  'monitoring.coreos.com/v1/PrometheusRule': object(['groups'], {
    groups: list(
      object(['name'], {
        ...{ name: { type: 'string', minLength: 1 }, interval: { type: 'string', pattern: DURATION } },
        ...{ limit: { type: 'integer' }, labels: texts },
        rules: list(
          object(['expr'], {
            ...{ alert: text, record: text, expr: text, labels: texts, annotations: texts },
            ...{ for: { type: 'string', pattern: DURATION }, keep_firing_for: { type: 'string', pattern: DURATION } },
          }),
        ),
      }),
    ),
  }),
  ...CHART_SCHEMAS,
  'generators.external-secrets.io/v1alpha1/Password': object(['length', 'noUpper', 'allowRepeat'], {
    ...{ length: { type: 'integer' }, digits: { type: 'integer' }, symbols: { type: 'integer' } },
    ...{ symbolCharacters: text, noUpper: flag, allowRepeat: flag },
  }),
  'external-secrets.io/v1alpha1/PushSecret': object(['secretStoreRefs', 'selector'], {
    refreshInterval: text,
    updatePolicy: oneOf('Replace', 'IfNotExists'),
    deletionPolicy: oneOf('Delete', 'None'),
    secretStoreRefs: list(object([], { name: text, kind: oneOf('SecretStore', 'ClusterSecretStore') })),
    selector: {
      ...object([], { secret: object([], { name: text }), generatorRef: generator }),
      ...{ minProperties: 1, maxProperties: 1 },
    },
    template: object([], {
      engineVersion: oneOf('v2'),
      mergePolicy: oneOf('Replace', 'Merge'),
      type: text,
      data: { type: 'object', additionalProperties: text },
    }),
    data: list(
      object(['match'], {
        conversionStrategy: oneOf('None', 'ReverseUnicode'),
        match: object(['remoteRef'], {
          secretKey: text,
          remoteRef: object(['remoteKey'], { remoteKey: text, property: text }),
        }),
      }),
    ),
  }),
  'postgresql.cnpg.io/v1/DatabaseRole': {
    ...object(['cluster', 'name'], {
      cluster: named,
      // Rules of the CRD: names that CloudNativePG or PostgreSQL keeps.
      name: { type: 'string', minLength: 1, pattern: '^(?!pg_|cnpg_|postgres$|streaming_replica$)' },
      ...{ comment: text, validUntil: text, inRoles: list(text), passwordSecret: named, disablePassword: flag },
      ...{ login: flag, inherit: flag, superuser: flag, createdb: flag, createrole: flag },
      ...{ replication: flag, bypassrls: flag, connectionLimit: { type: 'integer' } },
      databaseRoleReclaimPolicy: oneOf('delete', 'retain'),
      clientCertificate: object([], { enabled: flag }),
    }),
  },
};
