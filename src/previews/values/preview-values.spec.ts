import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { refusalOf } from '../../../test/factories/plan';
import { parseYaml, type YamlValue } from '../../platform/gitops/yaml';
import { previewValues, REWRITES } from './preview-values';
import type { PreviewAbout } from './rewrite';

const ABOUT: PreviewAbout = {
  team: 'billing',
  service: 'api',
  id: 'a1b2c3',
  imageTag: '2.0.0',
  host: 'billing-api-a1b2c3.apps.example.org',
  clusterIssuer: 'letsencrypt-prod',
  createdAt: new Date('2026-03-01T12:00:00Z'),
  expiresAt: new Date('2026-03-02T12:00:00Z'),
  requestedBy: 'ada',
  hosts: ['billing-api.apps.example.org', 'pay.example.com'],
  isTeam: (name) => ['billing', 'other'].includes(name),
};
const IMAGE = { repository: 'ghcr.io/acme/api', tag: '1.0.0' };

type Data = Record<string, YamlValue>;
const made = (data: Data) => previewValues({ image: IMAGE, ...data }, ABOUT, 'services/billing/api/values.yaml');
const valuesOf = (data: Data) => made(data).values as Record<string, unknown>;
const codes = (data: Data) => made(data).warnings.map(({ code }) => code);
const refused = (data: Data) => refusalOf(() => made(data));
const keysRefused = (data: Data) => refused(data).problems?.map(({ field }) => field);

it('says what every key of the chart becomes', () => {
  const schema = readFileSync(join(__dirname, '../../../charts/service/values.schema.json'), 'utf8');
  const { properties } = JSON.parse(schema) as { properties: object };
  expect(Object.keys(REWRITES).sort()).toEqual(Object.keys(properties).sort());
});

it('runs one replica of the other image under a name and for a time of its own', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  const values = valuesOf({
    image: { ...IMAGE, digest, pullPolicy: 'Always' },
    replicaCount: 5,
    autoscaling: { enabled: true, maxReplicas: 9 },
    service: { type: 'LoadBalancer', port: 3000 },
    fullnameOverride: 'billing-api',
    mctl: { team: 'other' },
    preview: { expiresAt: 'never' },
    initContainers: [
      { name: 'migrate', image: 'ghcr.io/acme/api:1.0.0' },
      { name: 'wait', image: 'busybox:1' },
    ],
  });
  expect(values).toEqual({
    image: { repository: IMAGE.repository, tag: '2.0.0', pullPolicy: 'Always' },
    replicaCount: 1,
    autoscaling: { enabled: false, maxReplicas: 9 },
    service: { type: 'ClusterIP', port: 3000 },
    initContainers: [
      { name: 'migrate', image: 'ghcr.io/acme/api:2.0.0' },
      { name: 'wait', image: 'busybox:1' },
    ],
    mctl: { team: 'billing', service: 'api', preview: 'a1b2c3' },
    preview: { createdAt: '2026-03-01T12:00:00.000Z', expiresAt: '2026-03-02T12:00:00.000Z', requestedBy: 'ada' },
  });
});

describe('hosts', () => {
  it('are one of its own; custom domains and what names them stay with production', () => {
    const { values, warnings } = made({
      host: 'pay.example.com',
      ingress: {
        enabled: true,
        className: 'traefik',
        host: 'pay.example.com',
        hosts: ['billing-api.apps.example.org', 'pay.example.com'],
        tls: [{ secretName: 'api-tls', hosts: ['pay.example.com'] }],
        annotations: {
          'cert-manager.io/issuer': 'own',
          'external-dns.alpha.kubernetes.io/hostname': 'pay.example.com',
          'example.com/serve': 'x.example.com, pay.example.com',
          'traefik.ingress.kubernetes.io/router.middlewares': 'billing-auth@kubernetescrd',
        },
        forwardAuth: { enabled: true, address: 'http://auth' },
      },
      extraIngresses: [{ name: 'admin', hosts: ['admin.example.com'] }],
    });
    expect((values as Data).ingress).toEqual({
      enabled: true,
      className: 'traefik',
      hosts: [ABOUT.host],
      tls: [{ secretName: 'api-a1b2c3-tls', hosts: [ABOUT.host] }],
      annotations: {
        'traefik.ingress.kubernetes.io/router.middlewares': 'billing-auth@kubernetescrd',
        'cert-manager.io/cluster-issuer': 'letsencrypt-prod',
      },
      forwardAuth: { enabled: true, address: 'http://auth' },
    });
    expect(JSON.stringify(values)).not.toMatch(/pay\.example\.com|admin\.example\.com|billing-api\.apps/);
    expect(warnings.map(({ code }) => code).sort()).toEqual([
      'annotation_dropped',
      'annotation_dropped',
      'ingress_dropped',
      'key_dropped',
    ]);
  });

  it('are none where production takes no requests from outside', () => {
    expect(valuesOf({ ingress: { enabled: false, hosts: ['pay.example.com'] } }).ingress).toEqual({ enabled: false });
    expect(valuesOf({})).not.toHaveProperty('ingress');
  });

  it('are not opened to a secret of production', () => {
    const annotations = { 'nginx.ingress.kubernetes.io/auth-secret': 'basic-auth' };
    expect(keysRefused({ ingress: { enabled: true, hosts: ['a.example.com'], annotations } })).toEqual([
      'ingress.annotations["nginx.ingress.kubernetes.io/auth-secret"]',
    ]);
  });
});

describe('secrets', () => {
  const data = [{ secretKey: 'KEY', remoteKey: 'teams/billing/api/stripe', property: 'KEY' }];

  it('come from the preview’s paths into Secrets of the preview’s name', () => {
    const { values, warnings } = made({
      externalSecret: { targetSecret: 'api-secrets', store: 'tenant-store', storeKind: 'SecretStore', data },
      extraExternalSecrets: {
        smtp: { refreshInterval: '5m', data: [{ secretKey: 'password', remoteKey: 'teams/billing/shared' }] },
        pull: { targetSecret: 'registry', targetTemplateType: 'kubernetes.io/dockerconfigjson', data },
      },
      envFrom: [{ secretRef: { name: 'api-secrets' } }, { secretRef: { name: 'smtp', optional: true }, prefix: 'X_' }],
      imagePullSecrets: [{ name: 'registry' }],
      extraVolumes: [
        { name: 'smtp', secret: { secretName: 'smtp', items: [{ key: 'password', path: 'p' }] } },
        { name: 'both', projected: { sources: [{ secret: { name: 'smtp' } }, { downwardAPI: {} }] } },
        { name: 'tmp', emptyDir: {} },
      ],
      extraContainers: [
        {
          name: 'proxy',
          image: 'envoy:1',
          env: [
            { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'smtp', key: 'password' } } },
            { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          ],
          envFrom: [{ secretRef: { name: 'api-secrets' } }],
        },
      ],
    });
    expect(values).toMatchObject({
      externalSecret: {
        targetSecret: 'api-secrets-a1b2c3',
        data: [{ secretKey: 'KEY', remoteKey: 'teams/billing/api/preview/stripe', property: 'KEY' }],
      },
      extraExternalSecrets: {
        'smtp-a1b2c3': { targetSecret: 'smtp-a1b2c3', data: [{ remoteKey: 'teams/billing/shared/preview' }] },
        'pull-a1b2c3': { targetSecret: 'registry-a1b2c3' },
      },
      envFrom: [{ secretRef: { name: 'api-secrets-a1b2c3' } }, { secretRef: { name: 'smtp-a1b2c3', optional: true } }],
      imagePullSecrets: [{ name: 'registry-a1b2c3' }],
      extraVolumes: [
        { secret: { secretName: 'smtp-a1b2c3', items: [{ key: 'password' }] } },
        { projected: { sources: [{ secret: { name: 'smtp-a1b2c3' } }, { downwardAPI: {} }] } },
        { emptyDir: {} },
      ],
      extraContainers: [
        {
          env: [{ valueFrom: { secretKeyRef: { name: 'smtp-a1b2c3' } } }, { name: 'POD' }],
          envFrom: [{ secretRef: { name: 'api-secrets-a1b2c3' } }],
        },
      ],
    });
    expect(Object.keys((values as { extraExternalSecrets: object }).extraExternalSecrets)).toHaveLength(2);
    expect(warnings.map(({ message }) => message)).toEqual(
      ['teams/billing/api/preview/stripe', 'teams/billing/shared/preview'].map((path) => expect.stringContaining(path)),
    );
  });

  it('keep the chart’s own name apart where the file names none', () => {
    expect(
      valuesOf({ externalSecret: { data }, envFrom: [{ secretRef: { name: 'billing-api-secrets' } }] }),
    ).toMatchObject({
      externalSecret: { targetSecret: 'billing-api-secrets-a1b2c3' },
      envFrom: [{ secretRef: { name: 'billing-api-secrets-a1b2c3' } }],
    });
  });

  it.each<[string, Data, string]>([
    [
      'a foreign team',
      { externalSecret: { data: [{ secretKey: 'K', remoteKey: 'teams/other/api' }] } },
      'externalSecret.data[0].remoteKey',
    ],
    [
      'the platform',
      { externalSecret: { data: [{ secretKey: 'K', remoteKey: 'platform/ghcr' }] } },
      'externalSecret.data[0].remoteKey',
    ],
    ['a cluster store', { externalSecret: { storeKind: 'ClusterSecretStore', data } }, 'externalSecret.storeKind'],
    [
      'another store',
      { extraExternalSecrets: { a: { store: 'vault-backend', data } } },
      'extraExternalSecrets.a.store',
    ],
    ['a key that is not known', { externalSecret: { data, dataFrom: [] } }, 'externalSecret.dataFrom'],
    [
      'an entry that is not known',
      { externalSecret: { data: [{ ...data[0], version: '3' }] } },
      'externalSecret.data[0].version',
    ],
    ['an entry that is no map', { externalSecret: { data: ['x'] } }, 'externalSecret.data[0]'],
    ['a list that is none', { envFrom: { secretRef: { name: 'x' } } }, 'envFrom'],
    [
      'a Secret that others make',
      { envFrom: [{ secretRef: { name: 'prod', optional: true } }] },
      'envFrom[0].secretRef.name',
    ],
    ['a source that is not known', { envFrom: [{ vaultRef: { name: 'x' } }] }, 'envFrom[0].vaultRef'],
    ['a ConfigMap that others make', { envFrom: [{ configMapRef: { name: 'prod' } }] }, 'envFrom[0].configMapRef.name'],
    [
      'a volume of a Secret',
      { extraVolumes: [{ name: 'a', secret: { secretName: 'prod' } }] },
      'extraVolumes[0].secret.secretName',
    ],
    [
      'a volume claim',
      { extraVolumes: [{ name: 'a', persistentVolumeClaim: { claimName: 'x' } }] },
      'extraVolumes[0].persistentVolumeClaim',
    ],
    [
      'a volume of a driver',
      { extraVolumes: [{ name: 'a', csi: { driver: 'secrets-store.csi.k8s.io' } }] },
      'extraVolumes[0].csi',
    ],
    [
      'a token of the cluster',
      { extraVolumes: [{ name: 'a', projected: { sources: [{ serviceAccountToken: {} }] } }] },
      'extraVolumes[0].projected.sources[0].serviceAccountToken',
    ],
    [
      'a variable of a container',
      {
        initContainers: [
          { name: 'a', image: 'b', env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'prod', key: 'x' } } }] },
        ],
      },
      'initContainers[0].env[0].valueFrom.secretKeyRef.name',
    ],
    ['kept data', { persistence: { data: { size: '1Gi' } } }, 'persistence.data'],
    [
      'whole objects',
      { extraObjects: [{ kind: 'ExternalSecret', apiVersion: 'v1', metadata: { name: 'x' } }] },
      'extraObjects[0]',
    ],
    [
      'an injector’s annotation',
      { podAnnotations: { 'vault.hashicorp.com/agent-inject': 'true' } },
      'podAnnotations.vault.hashicorp.com/agent-inject',
    ],
    ['a path in a variable', { env: { WHERE: 'secret/data/teams/billing/api' } }, 'env.WHERE'],
    ['a path in a file', { configMaps: { s: { 'a.yaml': 'x: teams/billing/api\n' } } }, 'configMaps.s-a1b2c3.a.yaml'],
    ['a credential', { args: ['--db', 'postgres://app:canary@db/app'] }, 'args[1]'],
    ['a secret in plain', { env: { API_TOKEN: 'canary' } }, 'env.API_TOKEN'],
    [
      'a secret of a container in plain',
      { extraContainers: [{ name: 'a', image: 'b', env: [{ name: 'DB_PASSWORD', value: 'canary' }] }] },
      'extraContainers[0].env[0].value',
    ],
    ['a secret in a file', { configMaps: { s: { 'a.ini': '[x]\npassword = canary\n' } } }, 'configMaps.s-a1b2c3.a.ini'],
    ['a secret in a flag', { command: ['run', '--api-key=canary'] }, 'command[1]'],
    [
      'a header',
      { probes: { liveness: { httpHeaders: [{ name: 'Authorization', value: 'canary' }] } } },
      'probes.liveness.httpHeaders[0].value',
    ],
  ])('refuse %s, by its key', (_, data, key) => {
    const refusal = refused(data);
    expect(refusal).toMatchObject({ kind: 'Conflict', code: 'preview_unsafe', field: key });
    expect(refusal.message).toContain(key);
    expect(JSON.stringify(refusal)).not.toContain('canary');
  });

  it('name everything that stands in the way at once', () => {
    expect(
      keysRefused({ persistence: { data: {} }, env: { API_TOKEN: 'x' }, envFrom: [{ secretRef: { name: 'y' } }] }),
    ).toEqual(['persistence.data', 'envFrom[0].secretRef.name', 'env.API_TOKEN']);
  });

  it('are not seen in what only sounds like one', () => {
    const harmless = {
      env: { TOKEN_TTL: '3600', REQUIRE_TOKEN: 'true', PASSWORD: '', API: 'https://api.example.com/teams/core' },
      configMaps: { settings: { 'a.yaml': 'password: ${DB_PASSWORD}\ntoken:\ntokenTtl: 5\nx: 1\n' } },
      args: ['--port=80', '--token=$(TOKEN)'],
      persistence: { old: { enabled: false } },
      podAnnotations: { note: 'x' },
      dbSecret: null,
      externalSecret: {},
      extraObjects: [],
      serviceAccount: { create: false, name: '' },
    };
    expect(() => made(harmless)).not.toThrow();
  });
});

it('gives a preview no database and no rights, and says so', () => {
  const data: Data = {
    dbSecret: { vaultPath: 'teams/billing/api/database' },
    envFrom: [{ secretRef: { name: 'billing-api-db-creds' } }],
    initContainers: [
      {
        name: 'm',
        image: 'x',
        env: [{ name: 'URL', valueFrom: { secretKeyRef: { name: 'billing-api-db-creds', key: 'u' } } }],
      },
    ],
    dbInitJob: { enabled: true },
    blueGreen: { enabled: true },
    serviceAccount: { create: true, annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/prod' } },
    automountServiceAccountToken: true,
  };
  expect(codes(data)).toEqual(['database_dropped', 'identity_dropped']);
  const values = valuesOf(data);
  expect(values).toMatchObject({ envFrom: [], initContainers: [{ env: [] }] });
  for (const key of ['dbSecret', 'dbInitJob', 'blueGreen', 'serviceAccount', 'automountServiceAccountToken']) {
    expect(values).not.toHaveProperty(key);
  }
});

it('refuses to mount the database’s connection: the mount would be missing its volume', () => {
  const dbSecret = { vaultPath: 'teams/billing/api/database', secretName: 'db' };
  expect(keysRefused({ dbSecret, extraVolumes: [{ name: 'db', secret: { secretName: 'db' } }] })).toEqual([
    'extraVolumes[0].secret',
  ]);
});

it('leaves out what means nothing to the chart', () => {
  const data = { catalog: { vaultPath: 'teams/other/x' }, __proto__x: 1 } as Data;
  expect(valuesOf(data)).not.toHaveProperty('catalog');
  expect(codes(data)).toEqual(['key_dropped', 'key_dropped']);
});

it('renames the ConfigMaps that it makes, and what refers to them', () => {
  const values = valuesOf({
    configMaps: { settings: { a: 'b' } },
    envFrom: [{ configMapRef: { name: 'settings' } }, { configMapRef: { name: 'other', optional: true } }],
    extraVolumes: [{ name: 's', configMap: { name: 'settings' } }],
  });
  expect(values).toMatchObject({
    configMaps: { 'settings-a1b2c3': { a: 'b' } },
    envFrom: [{ configMapRef: { name: 'settings-a1b2c3' } }, { configMapRef: { name: 'other' } }],
    extraVolumes: [{ configMap: { name: 'settings-a1b2c3' } }],
  });
});

it('copes with names that every object has', () => {
  const data = parseYaml(
    'image: {repository: r, tag: "1"}\n__proto__: {x: 1}\nconstructor: 1\nenv: {__proto__: a, toString: b}\n',
  );
  const { values } = previewValues(data, ABOUT, 'p');
  expect(Object.keys(values as object).sort()).toEqual(['env', 'image', 'mctl', 'preview', 'replicaCount']);
  expect(Object.entries((values as { env: object }).env)).toEqual([
    ['__proto__', 'a'],
    ['toString', 'b'],
  ]);
});
