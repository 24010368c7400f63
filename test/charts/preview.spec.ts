import { previewValues } from '../../src/previews/values/preview-values';
import type { YamlValue } from '../../src/platform/gitops/yaml';
import { crdViolations } from '../support/crds';
import { helmLint, helmTemplate, type Manifest } from '../support/helm';
import { at, kindsOf, mainContainer, ofKind, only, podOf } from '../support/manifests';
import { restrictedViolations } from '../support/pod-security';
import { valuesValidator } from '../support/values-schema';

const ID = 'a1b2c3';
const NAME = `api-${ID}`;

/** As much as a service may have and still be previewed. */
const RICH: Record<string, YamlValue> = {
  image: { repository: 'ghcr.io/acme/api', tag: '1.0.0', digest: `sha256:${'a'.repeat(64)}` },
  imagePullSecrets: [{ name: 'registry' }],
  service: { type: 'LoadBalancer', port: 3000 },
  replicaCount: 4,
  autoscaling: { enabled: true, minReplicas: 2, maxReplicas: 4 },
  ingress: { enabled: true, hosts: ['billing-api.apps.example.org', 'pay.example.com'], forwardAuth: { enabled: true, address: 'http://auth' } },
  extraIngresses: [{ name: 'admin', hosts: ['admin.example.com'] }],
  env: { LOG_LEVEL: 'info' },
  externalSecret: { data: [{ secretKey: 'KEY', remoteKey: 'teams/billing/api', property: 'KEY' }] },
  extraExternalSecrets: { registry: { targetTemplateType: 'kubernetes.io/dockerconfigjson', data: [{ secretKey: 'x', remoteKey: 'teams/billing/shared' }] } },
  dbSecret: { vaultPath: 'teams/billing/api/database' },
  envFrom: [{ secretRef: { name: 'billing-api-secrets' } }, { secretRef: { name: 'billing-api-db-creds' } }, { configMapRef: { name: 'settings' } }],
  configMaps: { settings: { 'a.json': '{}' } },
  extraVolumes: [{ name: 'settings', configMap: { name: 'settings' } }],
  extraVolumeMounts: [{ name: 'settings', mountPath: '/etc/settings' }],
  initContainers: [{ name: 'migrate', image: 'ghcr.io/acme/api:1.0.0' }],
  serviceAccount: { create: true, annotations: { 'eks.amazonaws.com/role-arn': 'prod' } },
  metrics: { enabled: true },
};

const valuesOf = (id: string) => {
  const moment = new Date('2026-03-01T12:00:00Z');
  const host = `billing-api-${id}.apps.example.org`;
  const about = { team: 'billing', service: 'api', id, imageTag: '2.0.0', host, clusterIssuer: 'letsencrypt-prod', requestedBy: 'ada' };
  return previewValues(RICH, { ...about, createdAt: moment, expiresAt: moment, hosts: ['pay.example.com'], isTeam: () => false }, 'file').values;
};
const render = (id: string): Promise<Manifest[]> =>
  helmTemplate({
    chart: 'service',
    name: `api-${id}`,
    namespace: 'billing-preview',
    values: valuesOf(id),
    set: { fullnameOverride: `api-${id}`, 'mctl.team': 'billing', 'mctl.service': 'api', 'mctl.preview': id },
  });

describe('the values of a preview', () => {
  let manifests: Manifest[];
  beforeAll(async () => {
    manifests = await render(ID);
  });

  it('are what the chart takes, and render into what a cluster takes', async () => {
    const validate = valuesValidator('service');
    expect([validate(valuesOf(ID)), validate.errors]).toEqual([true, null]);
    await helmLint('service', valuesOf(ID));
    expect(crdViolations(manifests)).toEqual([]);
    expect(restrictedViolations(podOf(manifests))).toEqual([]);
  });

  it('make one replica of the other image, with nothing of production’s reach', () => {
    expect(kindsOf(manifests)).not.toEqual(expect.arrayContaining(['HorizontalPodAutoscaler']));
    expect(kindsOf(manifests)).not.toEqual(expect.arrayContaining(['ServiceAccount']));
    expect(only(manifests, 'Deployment')).toMatchObject({ metadata: { name: NAME }, spec: { replicas: 1 } });
    expect(mainContainer(manifests)).toMatchObject({
      image: 'ghcr.io/acme/api:2.0.0',
      envFrom: [{ secretRef: { name: `billing-api-secrets-${ID}` } }, { configMapRef: { name: `settings-${ID}` } }],
    });
    expect(podOf(manifests)).toMatchObject({ serviceAccountName: 'default', initContainers: [{ image: 'ghcr.io/acme/api:2.0.0' }] });
    expect(at(only(manifests, 'Service'), 'spec.type')).toBe('ClusterIP');
    expect(at(only(manifests, 'Ingress'), 'spec.rules')).toMatchObject([{ host: `billing-api-${ID}.apps.example.org` }]);
    const keys = ofKind(manifests, 'ExternalSecret').flatMap(({ spec }) => at(spec, 'data') as { remoteRef: { key: string } }[]);
    expect(keys.map(({ remoteRef }) => remoteRef.key).sort()).toEqual(['teams/billing/api/preview', 'teams/billing/shared/preview']);
    expect(JSON.stringify(manifests)).not.toMatch(/example\.com|role-arn|database|db-creds/);
  });

  it('name every object so that two previews of one service share none', async () => {
    const names = (of: Manifest[]) => of.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    const other = names(await render('zzzzzz'));
    expect(names(manifests).filter((name) => other.includes(name))).toEqual([]);
    expect(other).toHaveLength(manifests.length);
  });

  it('refer to no Secret and no ConfigMap that they do not make', () => {
    const made = [
      ...ofKind(manifests, 'ConfigMap').map(({ metadata }) => metadata.name),
      ...ofKind(manifests, 'ExternalSecret').map(({ spec }) => at(spec, 'target.name')),
    ];
    const text = JSON.stringify(podOf(manifests));
    const named = [...text.matchAll(/"(?:secretRef|configMapRef|configMap)":\{"name":"([^"]+)"/g)].map(([, name]) => name);
    const pulled = (podOf(manifests).imagePullSecrets as { name: string }[]).map(({ name }) => name);
    expect([...named, ...pulled].filter((name) => !made.includes(name))).toEqual([]);
    expect(named).toHaveLength(3);
  });
});
