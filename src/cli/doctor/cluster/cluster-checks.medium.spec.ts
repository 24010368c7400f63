import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeApi } from '../../../../test/support/kube-api';
import { EVERYTHING } from '../../../../test/support/kube-api/access';
import { rulesFor } from '../../../../test/support/kube-api/rights';
import { TestLoki } from '../../../../test/support/test-loki';
import { Config, readConfig } from '../../../platform/config';
import { rightsOf } from '../../../platform/kubernetes';
import { log } from '../../../platform/logging';
import { packageVersion } from '../../../platform/package-root';
import { checksFor } from '../all-checks';
import type { CheckResult } from '../check';
import { lokiCheck, prometheusCheck } from '../observability-checks';
import { Patient } from '../patient';
import { runChecks } from '../run-checks';
import { CLUSTER_CHECKS } from './cluster-checks';

const REMOTE = 'https://git.example.test/acme/gitops.git';
const RIGHTS = rightsOf(readConfig({ MCTL_CLUSTER: 'kubernetes' }).values);
const folder = mkdtempSync(join(tmpdir(), 'mctl-doctor-cluster-'));
let api: KubeApi;

beforeAll(() => {
  log.level = 'silent';
});
beforeEach(async () => {
  api = await KubeApi.start();
  api.allow('mctl', 'mctl', rulesFor(RIGHTS));
});
afterEach(() => api.stop());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const settings = (kubeconfig: string, more: Record<string, string>) => {
  writeFileSync(join(folder, 'kubeconfig'), kubeconfig);
  return readConfig({
    MCTL_CLUSTER: 'kubernetes',
    MCTL_KUBECONFIG: join(folder, 'kubeconfig'),
    MCTL_KUBERNETES_TIMEOUT: '2s',
    MCTL_GITOPS_REMOTE: REMOTE,
    ...more,
  });
};

async function examine(
  kubeconfig = api.kubeconfig('mctl'),
  more: Record<string, string> = {},
): Promise<Record<string, CheckResult>> {
  const checks = CLUSTER_CHECKS.filter(({ name }) => name !== 'names');
  const results = await runChecks(checks, new Patient(settings(kubeconfig, more)), { wrongSettings: new Set() });
  return Object.fromEntries(results.map((result) => [result.name, result]));
}

const statuses = (results: Record<string, CheckResult>): Record<string, string> =>
  Object.fromEntries(Object.values(results).map(({ name, status }) => [name, status]));

function application(name: string, { repoURL = REMOTE, labels = {}, conditions = [] as object[] } = {}): void {
  api.put({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd', labels },
    spec: { project: 'default', destination: {}, sources: [{ repoURL, path: 'argocd' }] },
    status: { conditions },
  });
}

it('a cluster with all that is needed, seen with the rights that are needed and no others', async () => {
  application('root', { repoURL: 'https://GIT.example.test/acme/gitops/' });
  const results = await examine();
  expect(statuses(results)).toEqual({
    cluster: 'ok',
    'cluster clock': 'ok',
    'cluster kinds': 'ok',
    'cluster rights': 'ok',
    'excess rights': 'ok',
    'argo cd': 'ok',
    'workflow templates': 'skipped',
  });
  expect(results.cluster).toMatchObject({
    found: expect.stringContaining(`Kubernetes v1.36.0 at ${api.url}`),
    details: { version: 'v1.36.0', server: api.url },
  });
});

it('nothing of it is looked at, or mentioned, without a cluster', () => {
  const names = (environment: Record<string, string>) => checksFor(readConfig(environment)).map(({ name }) => name);
  expect(names({})).not.toEqual(expect.arrayContaining(['cluster']));
  expect(names({ MCTL_CLUSTER: 'kubernetes' })).toEqual(expect.arrayContaining(CLUSTER_CHECKS.map(({ name }) => name)));
});

describe('a server that gives no answer', () => {
  it.each([
    [
      'nobody there',
      () => api.kubeconfig().replace(/127\.0\.0\.1:\d+/, '127.0.0.1:1'),
      /no connection.*ECONNREFUSED/,
      /MCTL_KUBECONFIG/,
    ],
    ['a stolen token', () => api.kubeconfig('stolen'), /refuses MCTL’s credential \(401\)/, /renews its credential/],
    ['no kubeconfig', () => 'no: kubeconfig', /cannot be used/, /MCTL_KUBECONFIG/],
  ])('%s: one failure, and the rest is not tried', async (_, kubeconfig, found, fix) => {
    const { cluster, ...rest } = await examine(kubeconfig());
    expect(cluster).toMatchObject({
      status: 'failed',
      found: expect.stringMatching(found),
      fix: expect.stringMatching(fix),
    });
    expect(Object.values(rest).map(({ found: why }) => why)).toEqual(Array(6).fill('needs: cluster'));
  });

  it('one that is too old', async () => {
    api.version = 'v1.27.9';
    expect((await examine()).cluster).toMatchObject({
      status: 'failed',
      found: expect.stringContaining('v1.27.9'),
      fix: expect.stringContaining('1.28 or newer'),
    });
  });
});

describe('kinds', () => {
  it('without Argo CD nothing works; without others something does', async () => {
    api.uninstall('metrics.k8s.io');
    api.uninstall('cert-manager.io');
    expect((await examine())['cluster kinds']).toMatchObject({
      status: 'warning',
      found: '2 of 5 kinds are missing',
      fix: expect.stringContaining('cert-manager, metrics-server'),
      lines: [
        'certificates.cert-manager.io/v1 (cert-manager) is not installed: no domain has a certificate',
        'pods.metrics.k8s.io/v1beta1 (metrics-server) is not installed: use is unknown',
      ],
    });
    api.uninstall('argoproj.io', 'applications');
    expect(statuses(await examine())).toMatchObject({ 'cluster kinds': 'failed', 'argo cd': 'skipped' });
  });

  it('an aggregated API that does not answer is not the same as none', async () => {
    api.order({ on: /metrics\.k8s\.io/, what: 'unavailable' });
    expect((await examine())['cluster kinds']?.lines).toEqual([
      'pods.metrics.k8s.io/v1beta1 (metrics-server) is registered and does not answer (failed): use is unknown',
    ]);
  });

  it('what other settings do is not missed', async () => {
    api.uninstall('metrics.k8s.io');
    api.uninstall('postgresql.cnpg.io');
    const more = {
      MCTL_PROMETHEUS_URL: 'http://127.0.0.1:1',
      MCTL_DATABASE_ADMIN_URL: 'postgresql://mctl@127.0.0.1:1/postgres',
    };
    expect((await examine(undefined, more))['cluster kinds']?.status).toBe('ok');
  });
});

describe('rights', () => {
  it('names every rule that is missing, and what for', async () => {
    const less = RIGHTS.filter(({ resource }) => resource !== 'events').map((right) =>
      right.resource === 'applications' ? { ...right, verbs: ['list' as const] } : right,
    );
    api.allow('mctl', 'mctl', rulesFor(less));
    expect((await examine())['cluster rights']).toMatchObject({
      status: 'failed',
      found: `2 of ${RIGHTS.length} rules are missing`,
      lines: [
        'watch,patch applications.argoproj.io in argocd (for whether Argo CD has applied a commit)',
        'list events in every namespace (for events)',
      ],
      details: { missing: ['watch,patch applications.argoproj.io in argocd', 'list events in every namespace'] },
    });
  });

  it('an administrator is too much, and so is an account that may read secrets of Argo CD', async () => {
    api.allow('mctl', 'mctl', [EVERYTHING]);
    expect((await examine())['excess rights']).toMatchObject({
      status: 'warning',
      found: 'MCTL may do everything, as an administrator',
    });
    const more = [
      { verbs: ['get'], groups: [''], resources: ['secrets'], namespaces: ['argocd'] },
      { verbs: ['create'], groups: [''], resources: ['pods/exec'] },
    ];
    api.allow('mctl', 'mctl', [...rulesFor(RIGHTS), ...more]);
    const results = await examine();
    expect(results['cluster rights']?.status).toBe('ok');
    expect(results['excess rights']).toMatchObject({
      status: 'warning',
      lines: ['get secrets in argocd', 'run commands in pods'],
    });
  });
});

describe('Argo CD', () => {
  const see = async () => (await examine())['argo cd'];

  it('that follows nothing of ours', async () => {
    expect(await see()).toMatchObject({ status: 'warning', fix: expect.stringContaining('root-application.yaml') });
    application('other', { repoURL: 'https://git.example.test/other' });
    expect(await see()).toMatchObject({ status: 'warning', details: { applications: 1, ours: 0 } });
    application('billing-api', { repoURL: 'https://old.example.test/gitops', labels: { 'mctl.dev/team': 'billing' } });
    expect(await see()).toMatchObject({ status: 'failed', fix: expect.stringContaining('MCTL_GITOPS_REMOTE') });
  });

  it('that cannot read the repository says so in its conditions, and that is enough', async () => {
    const message = 'failed to list refs: authentication required: Unauthorized';
    application('root', {
      conditions: [{ type: 'ComparisonError', message, lastTransitionTime: '2026-01-01T00:00:00Z' }],
    });
    expect(await see()).toMatchObject({
      status: 'failed',
      found: 'Argo CD cannot read the repository',
      fix: `Give Argo CD a credential that may read it: argocd repo add ${REMOTE}`,
      lines: [`root: ComparisonError: ${message}`],
    });
    expect(api.requests.filter(({ url }) => url.includes('/secrets'))).toEqual([]);
  });

  it('another error of one Application is for somebody to look at', async () => {
    const conditions = [{ type: 'InvalidSpecError', message: 'project billing does not exist' }];
    application('root', { conditions });
    expect(await see()).toMatchObject({
      status: 'warning',
      lines: [expect.stringContaining('billing does not exist')],
    });
  });

  it('in a namespace that is not there', async () => {
    api.allow('mctl', 'mctl', [...rulesFor(RIGHTS), { verbs: ['get'], groups: [''], resources: ['namespaces'] }]);
    expect(await see()).toMatchObject({ status: 'failed', found: 'there is no namespace argocd' });
  });

  it('that may not be asked is a matter of rights', async () => {
    api.allow('mctl', 'mctl', []);
    expect(await see()).toMatchObject({ status: 'skipped', found: 'needs: cluster rights' });
  });
});

describe('Loki and Prometheus', () => {
  const run = (check: typeof lokiCheck, environment: Record<string, string>) =>
    check.run(new Patient(readConfig(environment)), AbortSignal.timeout(10_000));

  it('answer, or do not', async () => {
    const loki = await TestLoki.start({ token: 'loki-token', tenant: 'platform' }, []);
    writeFileSync(join(folder, 'loki'), 'loki-token\n');
    const environment = {
      MCTL_LOKI_URL: loki.url,
      MCTL_LOKI_TOKEN_FILE: join(folder, 'loki'),
      MCTL_LOKI_TENANT: 'platform',
    };
    expect(await run(lokiCheck, environment)).toMatchObject({ status: 'ok', found: `${loki.url} answers` });
    expect(await run(lokiCheck, { MCTL_LOKI_URL: loki.url })).toMatchObject({
      status: 'failed',
      found: expect.stringContaining('refuses us (401)'),
    });
    await loki.stop();
    expect(await run(lokiCheck, environment)).toMatchObject({
      status: 'failed',
      found: expect.stringContaining('ECONNREFUSED'),
    });
    expect(await run(prometheusCheck, { MCTL_PROMETHEUS_URL: 'http://127.0.0.1:1' })).toMatchObject({
      status: 'failed',
      found: expect.stringContaining('no connection'),
      fix: expect.stringContaining('MCTL_PROMETHEUS_URL'),
    });
  });
});

describe('our ClusterWorkflowTemplate', () => {
  const argo = async (kubeconfig = api.kubeconfig('mctl')) => {
    const config = settings(kubeconfig, {});
    // As with MCTL_WORKFLOWS=argo.
    const patient = new Patient(new Config({ ...config.values, workflows: 'argo' }));
    const results = await runChecks(CLUSTER_CHECKS, patient, { wrongSettings: new Set() });
    return results.find(({ name }) => name === 'workflow templates');
  };
  const put = (spec: object, version = packageVersion) =>
    api.put({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'ClusterWorkflowTemplate',
      metadata: { name: 'mctl', labels: { 'app.kubernetes.io/version': version } },
      spec,
    });
  const RULES = rulesFor(rightsOf({ ...readConfig({}).values, cluster: 'kubernetes', workflows: 'argo' }));

  it('is not there, of another version, without an account, or as it should be', async () => {
    api.allow('mctl', 'mctl', RULES);
    expect(await argo()).toMatchObject({ status: 'failed', found: 'there is no ClusterWorkflowTemplate mctl' });
    put({ entrypoint: 'x' });
    expect(await argo()).toMatchObject({
      status: 'failed',
      found: expect.stringContaining('names no service account'),
    });
    put({ serviceAccountName: 'mctl-workflow' }, '0.0.1');
    expect(await argo()).toMatchObject({
      status: 'warning',
      found: `mctl is of version 0.0.1, MCTL of ${packageVersion}`,
      fix: expect.stringContaining('helm upgrade'),
    });
    put({ serviceAccountName: 'mctl-workflow' });
    expect(await argo()).toMatchObject({ status: 'warning', found: expect.stringContaining('may not look up') });
    const accounts = { verbs: ['get'], groups: [''], resources: ['serviceaccounts'] };
    api.allow('mctl', 'mctl', [...RULES, accounts]);
    expect(await argo()).toMatchObject({
      status: 'failed',
      found: 'mctl: there is no service account mctl-workflow in mctl',
    });
    api.put({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'mctl-workflow', namespace: 'mctl' } });
    expect(await argo()).toMatchObject({ status: 'ok', found: `mctl ${packageVersion}, runs as mctl-workflow` });
  });
});
