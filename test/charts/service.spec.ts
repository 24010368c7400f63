import { crdViolations } from '../support/crds';
import { helmLint, helmTemplate, type Manifest } from '../support/helm';
import { at, kindsOf, mainContainer, ofKind, only, podOf } from '../support/manifests';
import { restrictedViolations } from '../support/pod-security';

const image = { repository: 'ghcr.io/acme/payments', tag: '1.2.3' };
const web = { image };
const worker = { type: 'worker', image };

const rich = {
  image: { ...image, digest: `sha256:${'a'.repeat(64)}` },
  imagePullSecrets: [{ name: 'ghcr-credentials' }],
  service: { port: 3000 },
  envFrom: [{ secretRef: { name: 'payments-secrets', optional: true } }],
  probes: { liveness: { path: '/live' }, startup: { path: '/live' } },
  ingress: { enabled: true, host: 'pay.example.com', hosts: ['pay.example.com', 'pay.example.org'] },
  extraIngresses: [{ name: 'api', hosts: ['api.example.com'], path: '/v1', tls: [] }],
  autoscaling: { enabled: true, minReplicas: 2, maxReplicas: 4, targetCPUUtilizationPercentage: 70 },
  metrics: { enabled: true },
  externalSecret: {
    targetSecret: 'payments-secrets',
    data: [{ secretKey: 'API_KEY', remoteKey: 'teams/billing/payments', property: 'API_KEY' }],
  },
  extraExternalSecrets: {
    smtp: { targetTemplateData: { url: 'smtp://{{ .password }}' }, data: [{ secretKey: 'password', remoteKey: 'x' }] },
  },
  dbSecret: { vaultPath: 'teams/billing/payments/database' },
  persistence: { data: { size: '2Gi', mountPath: '/data' }, old: { enabled: false } },
  configMaps: { settings: { 'a.json': '{"a":1}' } },
  extraVolumes: [{ name: 'settings', configMap: { name: 'settings' } }],
  extraVolumeMounts: [{ name: 'settings', mountPath: '/etc/settings' }],
  initContainers: [{ name: 'migrate', image: 'ghcr.io/acme/payments:1.2.3' }],
  extraContainers: [{ name: 'proxy', image: 'envoy:1', securityContext: { readOnlyRootFilesystem: true } }],
  serviceAccount: { create: true, annotations: { purpose: 'test' } },
  podAnnotations: { note: 'x' },
  podLabels: { tier: 'front' },
  nodeSelector: { disk: 'ssd' },
  tolerations: [{ key: 'spot', operator: 'Exists' }],
  affinity: { nodeAffinity: {} },
  terminationGracePeriodSeconds: 45,
  backstage: { kubernetesId: 'payments' },
};

const render = (values: unknown, release: object = {}): Promise<Manifest[]> =>
  helmTemplate({ chart: 'service', values, ...release });

describe('chart service', () => {
  it.each([
    ['the least', web],
    ['everything', rich],
    ['a worker', worker],
  ])('lints and renders %s, valid and admitted under restricted pod security', async (_, values) => {
    await helmLint('service', values);
    const manifests = await render(values);
    expect(crdViolations(manifests)).toEqual([]);
    expect(restrictedViolations(podOf(manifests))).toEqual([]);
  });

  it('would not be admitted where the file gives up the rules', async () => {
    const values = {
      image,
      podSecurityContext: { runAsNonRoot: false },
      containerSecurityContext: { capabilities: null },
    };
    expect(restrictedViolations(podOf(await render(values)))).toEqual([
      'payments: runs as root',
      'payments: keeps capabilities',
    ]);
  });

  it('renders a web service from an image alone', async () => {
    const manifests = await render(web);
    expect(kindsOf(manifests)).toEqual(['Deployment', 'NetworkPolicy', 'Service']);
    expect(only(manifests, 'Deployment').metadata).toEqual({
      name: 'billing-payments',
      labels: expect.objectContaining({ 'mctl.dev/team': 'billing', 'mctl.dev/service': 'payments' }),
    });
    expect(mainContainer(manifests)).toMatchObject({
      name: 'payments',
      image: 'ghcr.io/acme/payments:1.2.3',
      livenessProbe: { httpGet: { path: '/healthz', port: 'http' }, periodSeconds: 15 },
      readinessProbe: { httpGet: { path: '/readyz', port: 'http' }, periodSeconds: 10 },
    });
    expect(podOf(manifests).automountServiceAccountToken).toBe(false);
  });

  it('renders all it knows', async () => {
    const manifests = await render(rich);
    const claims = ofKind(manifests, 'PersistentVolumeClaim').map(({ metadata }) => metadata.name);
    expect(claims).toEqual(['billing-payments-data']);
    expect(kindsOf(manifests)).toEqual([
      'ConfigMap',
      'Deployment',
      'ExternalSecret',
      'HorizontalPodAutoscaler',
      'Ingress',
      'NetworkPolicy',
      'PersistentVolumeClaim',
      'PodDisruptionBudget',
      'Service',
      'ServiceAccount',
      'ServiceMonitor',
    ]);
    expect(mainContainer(manifests)).toMatchObject({
      image: `ghcr.io/acme/payments:1.2.3@sha256:${'a'.repeat(64)}`,
      startupProbe: { httpGet: { path: '/live' }, failureThreshold: 30 },
      volumeMounts: [
        { name: 'data', mountPath: '/data' },
        { name: 'settings', mountPath: '/etc/settings' },
      ],
    });
  });

  it('takes team and names from the ApplicationSet where it sets them', async () => {
    const set = { fullnameOverride: 'a-b-true', 'mctl.team': 'a-b', 'mctl.service': 'true' };
    const { metadata } = only(await render(web, { name: 'true', namespace: 'a-b', set }), 'Service');
    expect(metadata.name).toBe('a-b-true');
    expect(metadata.labels).toMatchObject({ 'mctl.dev/team': 'a-b', 'mctl.dev/service': 'true' });
  });

  describe('environment', () => {
    it('hands every value over as the string it was written as', async () => {
      const env = { BIG: 1234567890, PI: 3.14, ON: true, EMPTY: '', YAML: 'a: b # c', LINES: 'a\nb', TPL: '{{ .X }}' };
      const rendered = mainContainer(await render({ image, env })).env ?? [];
      const read = Object.fromEntries(rendered.map(({ name, value }) => [name, value]));
      expect(read).toEqual(Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)])));
    });

    it('may be cleared', async () => {
      const container = mainContainer(await render({ image, env: {}, envFrom: [], externalSecret: {} }));
      expect(container).not.toHaveProperty('env');
      expect(container).not.toHaveProperty('envFrom');
    });
  });

  describe('replicas', () => {
    it('may be none', async () => {
      const manifests = await render({ image, replicaCount: 0 });
      expect(at(only(manifests, 'Deployment'), 'spec.replicas')).toBe(0);
      expect(kindsOf(manifests)).not.toContain('PodDisruptionBudget');
    });

    it('are one where a file clears them', async () => {
      expect(at(only(await render({ image, replicaCount: null }), 'Deployment'), 'spec.replicas')).toBe(1);
    });

    it('bring a disruption budget when there is more than one', async () => {
      expect(at(only(await render({ image, replicaCount: 2 }), 'PodDisruptionBudget'), 'spec.maxUnavailable')).toBe(1);
    });

    it('are left to the autoscaler where there is one', async () => {
      const manifests = await render({ image, replicaCount: 3, autoscaling: { enabled: true } });
      expect(at(only(manifests, 'Deployment'), 'spec')).not.toHaveProperty('replicas');
      expect(only(manifests, 'HorizontalPodAutoscaler')).toMatchObject({
        apiVersion: 'autoscaling/v2',
        spec: {
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'billing-payments' },
          minReplicas: 1,
          maxReplicas: 5,
          metrics: [{ resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }],
        },
      });
      expect(kindsOf(manifests)).not.toContain('PodDisruptionBudget');
    });

    it('never have a floor above the ceiling', async () => {
      const values = { image, autoscaling: { enabled: true, minReplicas: 9 } };
      await expect(render(values)).rejects.toThrow('minReplicas (9) is more than maxReplicas (5)');
    });
  });

  describe('probes', () => {
    it.each([
      ['one by one', { liveness: null, readiness: { path: '/up' } }, ['readinessProbe']],
      ['all at once', null, []],
    ])('may be switched off %s', async (_, probes, left) => {
      const fields = Object.keys(mainContainer(await render({ image, probes })));
      expect(fields.filter((field) => field.endsWith('Probe'))).toEqual(left);
    });

    it('of a worker are those it asks for', async () => {
      expect(Object.keys(mainContainer(await render(worker))).filter((field) => field.endsWith('Probe'))).toEqual([]);
      const probes = { liveness: { exec: { command: ['true'] } }, readiness: { path: '/up' } };
      expect(mainContainer(await render({ ...worker, probes }))).toMatchObject({
        livenessProbe: { exec: { command: ['true'] }, periodSeconds: 15 },
        readinessProbe: { httpGet: { path: '/up', port: 8080 } },
      });
    });
  });

  describe('network', () => {
    it('keeps a worker to itself', async () => {
      const manifests = await render(worker);
      expect(kindsOf(manifests)).toEqual(['Deployment', 'NetworkPolicy']);
      expect(at(only(manifests, 'NetworkPolicy'), 'spec.ingress')).toEqual([]);
      expect(mainContainer(manifests)).not.toHaveProperty('ports');
    });

    it('watches the pods of a worker, which has no Service', async () => {
      const manifests = await render({ ...worker, metrics: { enabled: true } });
      expect(at(only(manifests, 'PodMonitor'), 'spec.podMetricsEndpoints.0.port')).toBe('metrics');
    });

    it('lets in the ingress controller and the own namespace', async () => {
      expect(at(only(await render(web), 'NetworkPolicy'), 'spec.ingress')).toEqual([
        {
          from: [
            { podSelector: {} },
            { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'traefik' } } },
          ],
          ports: [{ port: 'http' }],
        },
      ]);
    });

    it('has one certificate for all hosts unless the file says otherwise', async () => {
      const [own, extra] = ofKind(await render(rich), 'Ingress');
      expect(own?.metadata.annotations).toEqual({ 'cert-manager.io/cluster-issuer': 'letsencrypt-prod' });
      expect(at(own, 'spec.tls')).toEqual([
        { secretName: 'billing-payments-tls', hosts: ['pay.example.com', 'pay.example.org'] },
      ]);
      expect(extra?.metadata.name).toBe('billing-payments-api');
      expect(at(extra, 'spec')).not.toHaveProperty('tls');
    });

    it('asks before each request where an ingress says so, or does not render at all', async () => {
      const ingress = {
        enabled: true,
        host: ['a.example.com'],
        forwardAuth: { enabled: true, address: 'http://auth' },
      };
      const manifests = await render({ image, ingress });
      expect(only(manifests, 'Middleware').metadata.name).toBe('billing-payments-forward-auth');
      expect(only(manifests, 'Ingress').metadata.annotations).toMatchObject({
        'traefik.ingress.kubernetes.io/router.middlewares': 'billing-billing-payments-forward-auth@kubernetescrd',
      });
      const unnamed = { image, ingress: { ...ingress, forwardAuth: { enabled: true } } };
      await expect(render(unnamed)).rejects.toThrow('forwardAuth.address');
    });
  });

  describe('secrets', () => {
    it('name the database secret after the service unless the file does', async () => {
      const named = async (dbSecret: object | null): Promise<string[]> =>
        ofKind(await render({ image, dbSecret }), 'ExternalSecret').map((secret) =>
          String(at(secret, 'spec.target.name')),
        );
      expect(await named({ vaultPath: 'a/b' })).toEqual(['billing-payments-db-creds']);
      expect(await named({ vaultPath: 'a/b', secretName: 'pg' })).toEqual(['pg']);
      expect(await named(null)).toEqual([]);
    });

    it('make the database variables from one Vault entry', async () => {
      const secret = only(await render({ image, dbSecret: { vaultPath: 'teams/billing/db' } }), 'ExternalSecret');
      const variables = Object.keys(at(secret, 'spec.target.template.data') as object);
      expect(variables).toEqual(
        expect.arrayContaining(['DATABASE_URL', 'DB_HOST', 'DB_NAME', 'DB_PASSWORD', 'DB_PORT', 'DB_USER']),
      );
      expect(at(secret, 'spec.dataFrom.0.extract.key')).toBe('teams/billing/db');
      expect(at(secret, 'spec.secretStoreRef')).toEqual({ name: 'tenant-store', kind: 'SecretStore' });
    });
  });

  it('rolls the pods when a ConfigMap changes', async () => {
    const checksum = async (content: string): Promise<unknown> => {
      const deployment = only(await render({ image, configMaps: { settings: { a: content } } }), 'Deployment');
      return at(deployment, 'spec.template.metadata.annotations');
    };
    expect(await checksum('1')).not.toEqual(await checksum('2'));
  });

  it.each([
    ['another namespace', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: 'other' } }],
    ['a NetworkPolicy', { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'x' } }],
    ['a List', { apiVersion: 'v1', kind: 'List', metadata: { name: 'x' } }],
  ])('refuses extra objects with %s', async (_, object) => {
    await expect(render({ image, extraObjects: [object] })).rejects.toThrow();
  });

  it('tolerates what older repositories hold and it does not render', async () => {
    const values = {
      image,
      blueGreen: { enabled: false, autoPromotionEnabled: true },
      dbInitJob: { enabled: true, sql: 'select 1' },
      registryCredentials: { vaultKey: 'x' },
      securityContext: {},
      somethingElse: 1,
    };
    expect(kindsOf(await render(values))).toEqual(kindsOf(await render(web)));
  });
});
