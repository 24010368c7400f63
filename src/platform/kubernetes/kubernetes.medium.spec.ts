import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EVERYTHING } from '../../../test/support/kube-api/access';
import type { Misbehaviour } from '../../../test/support/kube-api/faults';
import { KindSchema } from '../../../test/support/kube-api/schemas';
import { KubeApi } from '../../../test/support/kube-api';
import { type Config, readConfig } from '../config';
import { Conflict, Unavailable } from '../errors';
import { ApiServer, errorOf, type FaultKind, isFault, Kubernetes, KubernetesFault, labelSelector, RESOURCES } from '.';

const { application, database, pod, workflow } = RESOURCES;
const folder = mkdtempSync(join(tmpdir(), 'mctl-kubernetes-'));
let api: KubeApi;

// Compiling the largest schema takes a while, which no request should wait for.
beforeAll(() => KindSchema.of('argoproj.io/v1alpha1', 'Workflow').causes({}));
beforeEach(async () => {
  api = await KubeApi.start();
});
afterEach(() => api.stop());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function configOf(kubeconfig: string, timeout: string): Config {
  const path = join(folder, 'kubeconfig');
  writeFileSync(path, kubeconfig);
  return readConfig({ MCTL_KUBECONFIG: path, MCTL_KUBERNETES_TIMEOUT: timeout });
}

function client(kubeconfig = api.kubeconfig(), timeout = '5s'): Kubernetes {
  return new Kubernetes(configOf(kubeconfig, timeout));
}

function apiServer(kubeconfig = api.kubeconfig()): ApiServer {
  return new ApiServer(configOf(kubeconfig, '5s'));
}

const app = (name: string, spec: object = {}) => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name, namespace: 'argocd', labels: { 'mctl.dev/team': 'billing' } },
  spec: {
    project: 'billing',
    destination: { namespace: 'billing' },
    source: { repoURL: 'https://git.example.org/x' },
    ...spec,
  },
});

async function faultOf(work: Promise<unknown>): Promise<KubernetesFault> {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!isFault(thrown)) throw new Error(`no fault but ${String(thrown)}`);
  return thrown;
}

describe('what a cluster refuses', () => {
  const list = (kubernetes: Kubernetes) => kubernetes.list(application, { namespace: 'argocd' });

  it('a token that it does not know: unauthenticated; a role that does not reach: forbidden, in two answers', async () => {
    expect((await faultOf(list(client(api.kubeconfig('stolen'))))).kind).toBe('unauthenticated');
    api.allow('small', 'system:serviceaccount:mctl:mctl', [{ ...EVERYTHING, namespaces: ['mctl'] }]);
    const fault = await faultOf(list(client(api.kubeconfig('small'))));
    expect(fault.kind).toBe('forbidden');
    expect(fault.message).toBe('The cluster does not allow MCTL to list applications in argocd (403).');
    expect(fault.details.detail).toContain('system:serviceaccount:mctl:mctl');
  });

  it('a kind that is not installed and an object that is not there are two answers, and no objects a third', async () => {
    expect((await list(client())).items).toEqual([]);
    expect((await faultOf(client().get(application, { namespace: 'argocd', name: 'x' }))).kind).toBe('absent');
    api.uninstall('argoproj.io', 'workflows');
    api.uninstall('postgresql.cnpg.io');
    expect((await faultOf(client().get(workflow, { namespace: 'argo', name: 'x' }))).kind).toBe('not_installed');
    expect((await faultOf(client().list(database))).kind).toBe('not_installed');
  });

  const table: [string, Misbehaviour['what'], FaultKind][] = [
    ['429', { throttle: 7 }, 'throttled'],
    ['500', 'fail', 'failed'],
    ['503 of an aggregated API', 'unavailable', 'failed'],
    ['504', 'timeout', 'timeout'],
    ['no answer', 'hang', 'timeout'],
    ['a connection that is cut', 'cut', 'unreachable'],
    ['an answer that is cut', 'cut_in_body', 'unreachable'],
    ['half of a document', 'malformed', 'malformed'],
    ['a page of a proxy', 'html', 'malformed'],
  ];
  it.each(table)('%s is a fault of its own, and never an empty list', async (_name, what, kind) => {
    api.order({ what });
    const fault = await faultOf(list(client(api.kubeconfig(), '1s')));
    expect(fault.kind).toBe(kind);
    expect(fault.message).not.toContain('127.0.0.1');
    expect(errorOf(fault)).toBeInstanceOf(Unavailable);
  });

  it('tells how long to wait', async () => {
    api.order({ what: { throttle: 7 }, times: 1 });
    const fault = await faultOf(list(client()));
    expect(errorOf(fault)).toMatchObject({ code: 'cluster_throttled', details: { retryAfterSeconds: 7 } });
    expect((await list(client())).items).toEqual([]);
  });

  it('a slow answer is an answer', async () => {
    api.put(app('a'));
    api.order({ what: 'slow' });
    expect((await list(client())).items).toHaveLength(1);
  });

  it('nobody there', async () => {
    const kubernetes = client();
    await api.stop();
    const fault = await faultOf(list(kubernetes));
    expect(fault).toMatchObject({ kind: 'unreachable', message: expect.stringContaining('ECONNREFUSED') as string });
    api = await KubeApi.start();
  });

  it('whoever gives up gets their own reason back', async () => {
    api.order({ what: 'hang' });
    const given = new AbortController();
    const waiting = client().list(application, { signal: given.signal });
    given.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });
});

describe('a kubeconfig that leads nowhere', () => {
  const list = (kubernetes: Kubernetes) => kubernetes.list(application);

  it('names the setting and repeats nothing of the file', async () => {
    const broken = 'users: [{name: x, user: {token: sssh-token}}]\n  clusters: [';
    const fault = await faultOf(list(client(broken)));
    expect(fault.kind).toBe('misconfigured');
    expect(JSON.stringify([fault, fault.message, fault.stack])).not.toContain('sssh');
    expect(fault.message).toContain('MCTL_KUBECONFIG');
    expect(errorOf(fault)).toBeInstanceOf(Conflict);
    expect((await faultOf(list(client('{}')))).kind).toBe('misconfigured');
  });

  it('is said of a missing one, and of none outside of a cluster', async () => {
    const missing = new Kubernetes(readConfig({ MCTL_KUBECONFIG: join(folder, 'nowhere') }));
    expect((await faultOf(list(missing))).kind).toBe('misconfigured');
    expect((await faultOf(list(new Kubernetes(readConfig({}))))).message).toContain('MCTL_KUBECONFIG is not set');
  });

  it('is read again once its credential is refused', async () => {
    api.allow('second', 'system:admin', [EVERYTHING]);
    const kubernetes = client(api.kubeconfig('admin-token'));
    await list(kubernetes);
    api.revoke('admin-token');
    writeFileSync(join(folder, 'kubeconfig'), api.kubeconfig('second'));
    expect((await faultOf(list(kubernetes))).kind).toBe('unauthenticated');
    expect((await list(kubernetes)).items).toEqual([]);
  });
});

describe('lists', () => {
  it('come page by page, as many as were asked for, and say when there are more', async () => {
    for (let index = 0; index < 230; index += 1) api.put(app(`app-${String(index).padStart(3, '0')}`));
    const { items, isCut } = await client().list(application, { namespace: 'argocd' });
    expect(items.map(({ metadata }) => metadata?.name)).toEqual(
      [...items.map(({ metadata }) => metadata?.name)].sort(),
    );
    expect([items.length, isCut]).toEqual([230, false]);
    const lists = api.requests.filter(({ url }) => url.includes('/applications?'));
    expect(lists.every(({ url }) => /limit=\d{1,3}(&|$)/.test(url))).toBe(true);
    expect(lists).toHaveLength(3);
    const some = await client().list(application, { most: 120 });
    expect([some.items.length, some.isCut]).toEqual([120, true]);
  });

  it('select by labels, whose values cannot become another requirement', async () => {
    api.put(app('a'));
    api.put({ ...app('b'), metadata: { name: 'b', namespace: 'argocd', labels: { 'mctl.dev/team': 'media' } } });
    const { items } = await client().list(application, { labels: labelSelector({ 'mctl.dev/team': 'media' }) });
    expect(items.map(({ metadata }) => metadata?.name)).toEqual(['b']);
    expect(() => labelSelector({ 'mctl.dev/team': 'media,mctl.dev/team!=x' })).toThrow();
  });

  it('names cannot lead to another path', async () => {
    await faultOf(client().get(pod, { namespace: 'billing', name: '../../secrets/x' }));
    expect(api.requests.at(-1)?.url).toBe('/api/v1/namespaces/billing/pods/..%2F..%2Fsecrets%2Fx');
    await expect(client().get(pod, { namespace: '..', name: 'x' })).rejects.toThrow();
  });
});

describe('writes', () => {
  const workflowOf = (spec: object) => ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: { name: 'op-1', namespace: 'argocd' },
    spec,
  });

  beforeEach(() => void api.put(app('seen')));

  it('a misspelt field is refused, with its name', async () => {
    const fault = await faultOf(client().create(workflow, workflowOf({ entryPoint: 'main' })));
    expect(fault).toMatchObject({ kind: 'invalid', details: { status: 400 } });
    expect(fault.details.detail).toBe('strict decoding error: unknown field "spec.entryPoint"');
    expect(api.stored('workflows', 'argocd', 'op-1')).toBeUndefined();
  });

  it('every write asks for strict validation', async () => {
    const kubernetes = client();
    await kubernetes.create(workflow, workflowOf({ entrypoint: 'main' }));
    await kubernetes.patch(workflow, { namespace: 'argocd', name: 'op-1' }, { spec: { suspend: true } });
    const writes = api.requests.filter(({ method }) => method === 'POST' || method === 'PATCH');
    expect(writes.map(({ url }) => new URL(url, 'http://x').searchParams.get('fieldValidation'))).toEqual([
      'Strict',
      'Strict',
    ]);
    const fault = await faultOf(
      kubernetes.patch(workflow, { namespace: 'argocd', name: 'op-1' }, { spec: { suspended: true } }),
    );
    expect(fault.details.detail).toContain('unknown field "spec.suspended"');
  });

  it('wrong types come back one cause a field', async () => {
    const fault = await faultOf(client().create(workflow, workflowOf({ entrypoint: 7, templates: 'x' })));
    expect(fault).toMatchObject({ kind: 'invalid', details: { status: 422 } });
    expect(fault.details.causes?.map(({ field }) => field).sort()).toEqual(['spec.entrypoint', 'spec.templates']);
  });

  it('a taken name and a stale version are two conflicts', async () => {
    const kubernetes = client();
    const first = await kubernetes.create(workflow, workflowOf({ entrypoint: 'main' }));
    expect((await faultOf(kubernetes.create(workflow, workflowOf({ entrypoint: 'main' })))).kind).toBe('exists');
    const ref = { namespace: 'argocd', name: 'op-1' };
    await kubernetes.patch(workflow, ref, { metadata: { labels: { a: 'b' } } });
    const { resourceVersion } = first.metadata ?? {};
    expect((await faultOf(kubernetes.patch(workflow, ref, { metadata: { resourceVersion } }))).kind).toBe('conflict');
  });

  it('an object that was made anew under the same name is neither changed nor deleted', async () => {
    const kubernetes = client();
    const ref = { namespace: 'argocd', name: 'op-1' };
    const first = await kubernetes.create(workflow, workflowOf({ entrypoint: 'main' }));
    await kubernetes.delete(workflow, { ...ref, uid: first.metadata?.uid });
    await kubernetes.create(workflow, workflowOf({ entrypoint: 'main' }));
    const { uid } = first.metadata ?? {};
    const stop = { metadata: { uid }, spec: { shutdown: 'Stop' } };
    expect((await faultOf(kubernetes.patch(workflow, ref, stop))).kind).toBe('conflict');
    expect((await faultOf(kubernetes.delete(workflow, { ...ref, uid }))).kind).toBe('conflict');
    expect(api.stored('workflows', 'argocd', 'op-1')).toMatchObject({ spec: { entrypoint: 'main' } });
  });

  it('a dry run stores nothing; what is deleted is absent', async () => {
    const kubernetes = client();
    await kubernetes.create(workflow, workflowOf({ entrypoint: 'main' }), { dryRun: true });
    expect(api.stored('workflows', 'argocd', 'op-1')).toBeUndefined();
    await kubernetes.delete(application, { namespace: 'argocd', name: 'seen' });
    expect((await faultOf(kubernetes.delete(application, { namespace: 'argocd', name: 'seen' }))).kind).toBe('absent');
  });

  it('a namespace that is not there is absent, not uninstalled', async () => {
    const elsewhere = { ...workflowOf({ entrypoint: 'main' }), metadata: { name: 'x', namespace: 'nowhere' } };
    expect((await faultOf(client().create(workflow, elsewhere))).kind).toBe('absent');
  });
});

it('asks what it may do', async () => {
  api.allow('small', 'small', [{ verbs: ['get', 'list'], groups: [''], resources: ['pods'], namespaces: ['billing'] }]);
  const server = apiServer(api.kubeconfig('small'));
  expect(await server.may({ verb: 'list', resource: pod, namespace: 'billing' })).toBe(true);
  expect(await server.may({ verb: 'get', resource: pod, namespace: 'billing', subresource: 'log' })).toBe(false);
  expect(await server.may({ verb: 'list', resource: pod })).toBe(false);
});

it('asks the server for its version and its clock', async () => {
  const { address, version, clock } = await apiServer().about();
  expect([address, version]).toEqual([api.url, 'v1.36.0']);
  expect(Math.abs((clock ?? 0) - Date.now())).toBeLessThan(60_000);
});

it('a kind that is served, one of another version, and one that nobody has installed', async () => {
  expect(await apiServer().serves(application)).toEqual({ isServed: true, versions: ['v1alpha1'] });
  expect(await apiServer().serves({ ...application, version: 'v2' })).toEqual({
    isServed: false,
    versions: ['v1alpha1'],
  });
  api.uninstall('argoproj.io', 'workflows');
  expect(await apiServer().serves(workflow)).toEqual({ isServed: false, versions: ['v1alpha1'] });
  api.uninstall('argoproj.io');
  expect(await apiServer().serves(application)).toEqual({ isServed: false, versions: [] });
  api.order({ what: 'unavailable', on: /metrics/ });
  expect((await faultOf(apiServer().serves(RESOURCES.podMetrics))).kind).toBe('failed');
});

it('reads the log of a container, and is refused before it has started', async () => {
  const at = new Date().toISOString();
  api.put({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'api-1', namespace: 'billing' } });
  api.setLog({ namespace: 'billing', pod: 'api-1', container: 'api', lines: [{ at, text: 'hello' }] });
  const ref = { namespace: 'billing', name: 'api-1' };
  const options = { tailLines: 10, limitBytes: 1_000 };
  expect(await client().logs(ref, { container: 'api', ...options })).toBe(`${at} hello\n`);
  expect((await faultOf(client().logs(ref, { container: 'other', ...options }))).kind).toBe('invalid');
});

it('a pod that no node has been found for has no log, which is not an empty one', async () => {
  api.order({ what: 'nothing', on: /log/ });
  const ref = { namespace: 'billing', name: 'api-1' };
  const fault = await faultOf(client().logs(ref, { container: 'api', tailLines: 10, limitBytes: 1_000 }));
  expect(fault).toMatchObject({ kind: 'invalid', details: { status: 204 } });
});
