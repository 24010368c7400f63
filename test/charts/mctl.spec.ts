import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { DRAIN_LIMIT_MS, GOODBYE_MS } from '../../src/cli/shutdown';
import { readConfig } from '../../src/platform/config';
import { ServedHosts } from '../../src/platform/http/served-hosts.policy';
import { helmLint, type Manifest, ROOT } from '../support/helm';
import { at, kindsOf, mainContainer, ofKind, only, podOf } from '../support/manifests';
import { containersOf, MCTL_CHART, MODES, podsOf, renderMctl, valuesOf, violations } from '../support/mctl-chart';
import { restrictedViolations } from '../support/pod-security';

const fileOf = (path: string): string => readFileSync(join(ROOT, 'deploy', path), 'utf8');

type Variable = { name: string; value?: string; valueFrom?: { secretKeyRef?: object; fieldRef?: { fieldPath: string } } };

/** The environment that the server starts with: a secret is its own name, the pod has an address. */
function environmentOf(manifests: Manifest[]): Record<string, string> {
  const settings = ofKind(manifests, 'ConfigMap').find(({ metadata }) => metadata.name === envFromOf(manifests));
  const own = (mainContainer(manifests).env as Variable[]).map(({ name, value, valueFrom }): [string, string] => {
    if (value !== undefined) return [name, value.replaceAll('$(POD_IP)', '10.1.2.3')];
    return [name, valueFrom?.fieldRef ? 'mctl-0' : SECRETS[name] ?? 'a secret'];
  });
  return { ...(settings?.data as Record<string, string>), ...Object.fromEntries(own) };
}

const SECRETS: Record<string, string> = {
  DATABASE_URL: 'postgresql://mctl:canary@db.example.org/mctl',
  OTEL_EXPORTER_OTLP_HEADERS: 'authorization=canary',
};
const envFromOf = (manifests: Manifest[]): unknown => at(mainContainer(manifests), 'envFrom.0.configMapRef.name');

describe.each(MODES)('chart mctl, %s', (mode) => {
  let manifests: Manifest[];
  beforeAll(async () => (manifests = await renderMctl(valuesOf(mode))));

  it('lints without a warning', async () => {
    expect(await helmLint(MCTL_CHART, valuesOf(mode))).not.toMatch(/\[(WARNING|ERROR)\]/);
  });

  it('renders what an API server takes, strictly', () => {
    expect(violations(manifests)).toEqual([]);
  });

  it('is admitted under restricted pod security, with a root that nobody writes', () => {
    const pods = podsOf(manifests);
    expect(pods.length).toBeGreaterThan(0);
    for (const pod of pods) {
      expect(restrictedViolations(pod)).toEqual([]);
      for (const { securityContext } of containersOf(pod)) {
        expect(securityContext).toMatchObject({ readOnlyRootFilesystem: true });
      }
    }
  });

  it('mounts only volumes that there are, each name and path once', () => {
    for (const pod of podsOf(manifests)) {
      const volumes = (pod.volumes ?? []).map(({ name }) => name);
      expect(volumes).toEqual([...new Set(volumes)]);
      for (const container of containersOf(pod)) {
        const mounts = (container.volumeMounts ?? []) as { name: string; mountPath: string }[];
        expect(volumes).toEqual(expect.arrayContaining(mounts.map(({ name }) => name)));
        expect(new Set(mounts.map(({ mountPath }) => mountPath)).size).toBe(mounts.length);
        const variables = (container.env ?? []).map(({ name }) => name);
        expect(variables).toEqual([...new Set(variables)]);
      }
    }
  });

  it('starts the program with settings that it takes', () => {
    expect(readConfig(environmentOf(manifests)).dataDir).toBe('/data/mctl');
  });

  it('keeps variables of Services out of its pods: MCTL_PORT of a Service mctl would be a setting that does not exist', () => {
    for (const pod of podsOf(manifests)) expect(pod.enableServiceLinks).toBe(false);
    for (const { spec } of ofKind(manifests, 'ClusterWorkflowTemplate')) {
      const { podMetadata, podSpecPatch = '{}' } = spec as { podMetadata?: Manifest['metadata']; podSpecPatch?: string };
      // Pods of builds run no program of ours.
      if (podMetadata?.labels?.['app.kubernetes.io/component'] === 'build') continue;
      expect(JSON.parse(podSpecPatch)).toMatchObject({ enableServiceLinks: false });
    }
  });

  it('makes no Secret of a value, and has nothing of one in a ConfigMap', () => {
    // Kubernetes fills in the one of Argo's executor by itself.
    const filled = ofKind(manifests, 'Secret').filter((each) => 'data' in each || 'stringData' in each);
    expect(filled).toEqual([]);
    const secret = Object.keys(valuesOf(mode).existingSecrets ?? {});
    for (const { data } of ofKind(manifests, 'ConfigMap')) {
      expect(Object.keys(data as object)).not.toEqual(expect.arrayContaining([expect.stringMatching(/_FILE$|DATABASE_URL/)]));
      for (const name of secret) expect(data).not.toHaveProperty(name);
    }
  });

  it('names each object once, and only in its own namespaces', () => {
    const keys = manifests.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? 'mctl'}/${metadata.name}`);
    expect(keys).toEqual([...new Set(keys)]);
  });

  it('answers its probes under the name they use, and Prometheus by the address of the pod', () => {
    const served = new ServedHosts(readConfig(environmentOf(manifests)).values);
    const hosts = ['startupProbe', 'livenessProbe', 'readinessProbe'].map((name) => {
      const probe = mainContainer(manifests)[name];
      return at(probe, 'httpGet.httpHeaders.0.value') ?? String(at(probe, 'exec.command.2')).match(/127\.0\.0\.1/)?.[0];
    });
    expect(hosts.every((host) => served.servesHost(host as string))).toBe(true);
    const service = `${only(manifests, 'Deployment').metadata.name}.mctl.svc`;
    for (const host of ['10.1.2.3:8080', `${service}:8080`, `${service}.cluster.local`]) {
      expect(served.servesHost(host)).toBe(true);
    }
    expect(served.servesHost('elsewhere.example.org')).toBe(false);
  });

  it('ends in less time than Kubernetes gives it', () => {
    const pod = podOf(manifests);
    const preStop = Number(at(mainContainer(manifests), 'lifecycle.preStop.exec.command.1'));
    const needed = preStop + (DRAIN_LIMIT_MS + GOODBYE_MS) / 1000;
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(needed + 5);
  });

  it('selects its own pods and no others', () => {
    const selector = at(only(manifests, 'Deployment'), 'spec.selector.matchLabels') as object;
    expect(at(only(manifests, 'Deployment'), 'spec.template.metadata.labels')).toMatchObject(selector);
    for (const { spec } of ofKind(manifests, 'Service')) expect((spec as { selector: object }).selector).toEqual(selector);
    for (const { spec } of ofKind(manifests, 'PodDisruptionBudget')) expect(at(spec, 'selector.matchLabels')).toEqual(selector);
    for (const { metadata } of ofKind(manifests, 'Pod')) expect(metadata.labels).not.toMatchObject(selector);
  });
});

describe('chart mctl', () => {
  it('renders for one replica alone a volume, and nothing that reaches it from outside', async () => {
    const manifests = await renderMctl(valuesOf('minimal'));
    expect(kindsOf(manifests)).toEqual([
      'ConfigMap',
      'Deployment',
      'NetworkPolicy',
      'PersistentVolumeClaim',
      'ServiceAccount',
    ]);
    expect(environmentOf(manifests).MCTL_HOST).toBe('127.0.0.1');
    expect(at(only(manifests, 'Deployment'), 'spec.strategy.type')).toBe('Recreate');
    expect(at(only(manifests, 'PersistentVolumeClaim'), 'metadata.annotations')).toEqual({
      'helm.sh/resource-policy': 'keep',
    });
    expect(podOf(manifests).automountServiceAccountToken).toBe(false);
  });

  it('replaces replicas one by one, spread over nodes, one away at a time', async () => {
    const manifests = await renderMctl(valuesOf('ha'));
    expect(at(only(manifests, 'Deployment'), 'spec.strategy.rollingUpdate')).toEqual({ maxUnavailable: 0, maxSurge: 1 });
    expect(at(only(manifests, 'PodDisruptionBudget'), 'spec.maxUnavailable')).toBe(1);
    expect(at(podOf(manifests), 'topologySpreadConstraints.0.topologyKey')).toBe('kubernetes.io/hostname');
    expect(ofKind(manifests, 'PersistentVolumeClaim')).toEqual([]);
    expect(podOf(manifests).volumes).toContainEqual({ name: 'data', emptyDir: { sizeLimit: '5Gi' } });
  });

  it('shows Grafana and Prometheus what the repository holds, byte for byte', async () => {
    const manifests = await renderMctl(valuesOf('everything'));
    const dashboard = ofKind(manifests, 'ConfigMap').find(({ metadata }) => metadata.name === 'platform-dashboard');
    expect(at(dashboard, 'data')).toEqual({ 'mctl.json': fileOf('grafana/mctl.json') });
    expect(dashboard?.metadata.labels).toMatchObject({ grafana_dashboard: '1' });
    expect(only(manifests, 'PrometheusRule').spec).toEqual(parse(fileOf('prometheus/mctl-rules.yaml')));
    const [relabeling] = at(only(manifests, 'ServiceMonitor'), 'spec.endpoints.0.relabelings') as object[];
    expect(relabeling).toEqual({ targetLabel: 'job', replacement: 'mctl/mctl/platform' });
  });

  it('keeps one pod without a server for maintenance, with all that commands need', async () => {
    const manifests = await renderMctl({ ...valuesOf('ha'), maintenance: true });
    expect(violations(manifests)).toEqual([]);
    expect(at(only(manifests, 'Deployment'), 'spec')).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
    const { command, volumeMounts, env, ...rest } = mainContainer(manifests);
    const usual = mainContainer(await renderMctl(valuesOf('ha')));
    expect({ volumeMounts, env }).toEqual({ volumeMounts: usual.volumeMounts, env: usual.env });
    expect(command).toEqual(['/usr/bin/tini', '--', 'sleep', 'infinity']);
    expect(Object.keys(rest).filter((key) => /Probe|lifecycle/.test(key))).toEqual([]);
  });

  it('gives a setting that wants a file the key of a Secret as one, and others as a value', async () => {
    const manifests = await renderMctl(valuesOf('ha'));
    const environment = mainContainer(manifests).env as Variable[];
    expect(environment).toContainEqual({ name: 'MCTL_KEY_FILE', value: '/etc/mctl/secrets/MCTL_KEY_FILE' });
    expect(environment).toContainEqual({
      name: 'DATABASE_URL',
      valueFrom: { secretKeyRef: { name: 'mctl-database', key: 'uri' } },
    });
    const secrets = podOf(manifests).volumes?.find(({ name }) => name === 'secrets');
    expect(at(secrets, 'projected.sources')).toContainEqual({
      secret: { name: 'mctl-keys', items: [{ key: 'installation.pem', path: 'MCTL_KEY_FILE' }] },
    });
    expect(at(secrets, 'projected.defaultMode')).toBe(0o440);
  });

  it('is reached at the host of its public URL', async () => {
    const { spec } = only(await renderMctl(valuesOf('kubernetes')), 'Ingress');
    expect(at(spec, 'rules.0.host')).toBe('mctl.example.org');
    expect(at(spec, 'tls')).toEqual([{ hosts: ['mctl.example.org'], secretName: 'mctl-tls' }]);
  });

  it('names the embedded repository as Argo CD reaches it, and lets it in', async () => {
    const manifests = await renderMctl(valuesOf('kubernetes'));
    expect(environmentOf(manifests).MCTL_GIT_URL).toBe('http://mctl.mctl.svc:8080/git/gitops.git');
    const peers = at(only(manifests, 'NetworkPolicy'), 'spec.ingress.0.from') as object[];
    expect(peers).toContainEqual({
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'argocd' } },
    });
  });

  it('starts anew when a setting changes, and only then', async () => {
    const sum = async (settings: object): Promise<unknown> => {
      const values = valuesOf('kubernetes');
      const manifests = await renderMctl({ ...values, settings: { ...(values.settings as object), ...settings } });
      return at(only(manifests, 'Deployment'), 'spec.template.metadata.annotations')?.['checksum/settings' as never];
    };
    expect(await sum({})).toBe(await sum({}));
    expect(await sum({ LOG_LEVEL: 'debug' })).not.toBe(await sum({}));
  });

  it('hands numbers and booleans over as they were written', async () => {
    const { data } = only(await renderMctl({ ...valuesOf('minimal'), settings: BY_TYPE }), 'ConfigMap');
    expect(data).toMatchObject({ MCTL_READS_PER_MINUTE: '1000000', MCTL_READ_ONLY: 'true', MCTL_GITOPS_POLL: '15s' });
    expect(data).not.toHaveProperty('LOG_LEVEL');
  });
});

const BY_TYPE = { MCTL_READS_PER_MINUTE: 1_000_000, MCTL_READ_ONLY: true, MCTL_GITOPS_POLL: '15s', LOG_LEVEL: null };

describe('the network policy of chart mctl', () => {
  const egressOf = async (mode: string): Promise<{ to: object[]; ports: object[] }[]> =>
    at(ofKind(await renderMctl(valuesOf(mode)), 'NetworkPolicy')[0], 'spec.egress') as { to: object[]; ports: object[] }[];

  it('lets out to DNS alone where nothing else is named', async () => {
    const egress = await egressOf('minimal');
    expect(egress).toHaveLength(1);
    expect(egress[0]?.ports).toEqual([
      { port: 53, protocol: 'UDP' },
      { port: 53, protocol: 'TCP' },
    ]);
  });

  it('never says everywhere: each way out has a peer and a port', async () => {
    for (const { to, ports } of await egressOf('everything')) {
      expect(to.length).toBeGreaterThan(0);
      expect(ports.length).toBeGreaterThan(0);
    }
  });

  it('means public addresses by internet: no private network, and not the metadata of the machines', async () => {
    const block = (await egressOf('kubernetes')).flatMap(({ to }) => to).find((peer) => at(peer, 'ipBlock.except'));
    expect(at(block, 'ipBlock.except')).toEqual(
      expect.arrayContaining(['10.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16']),
    );
  });

  it('lets steps of Workflows go where MCTL goes and to MCTL, and nobody to them', async () => {
    const [server, steps] = ofKind(await renderMctl(valuesOf('argo')), 'NetworkPolicy');
    const ways = at(steps, 'spec.egress') as object[];
    expect(ways.slice(1)).toEqual(at(server, 'spec.egress'));
    expect(at(ways[0], 'to.0.podSelector.matchLabels')).toEqual(at(server, 'spec.podSelector.matchLabels'));
    expect(at(steps, 'spec')).not.toHaveProperty('ingress');
    expect(at(steps, 'spec.policyTypes')).toEqual(['Ingress', 'Egress']);
    expect(at(server, 'spec.ingress.0.from')).toContainEqual({ podSelector: at(steps, 'spec.podSelector') });
  });

  it('lets in only who is named, and the test of the chart', async () => {
    const { spec } = only(await renderMctl(valuesOf('ha')), 'NetworkPolicy');
    expect(at(spec, 'ingress.0.from')).toEqual([
      {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ingress-nginx' } },
        podSelector: { matchLabels: { 'app.kubernetes.io/name': 'ingress-nginx' } },
      },
      { podSelector: { matchLabels: expect.objectContaining({ 'app.kubernetes.io/component': 'test' }) } },
    ]);
    expect(at(spec, 'policyTypes')).toEqual(['Ingress', 'Egress']);
  });
});
