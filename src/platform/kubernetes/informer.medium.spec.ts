import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeApi } from '../../../test/support/kube-api';
import { readConfig } from '../config';
import { type Informer, Kubernetes, RESOURCES } from '.';

const folder = mkdtempSync(join(tmpdir(), 'mctl-informer-'));
let api: KubeApi;
let informer: Informer<string>;
let changed: () => void = () => undefined;

beforeEach(async () => {
  api = await KubeApi.start();
  put('a', 'Synced');
});
afterEach(async () => {
  await informer.stop();
  await api.stop();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, status: string): void {
  api.put({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd' },
    status: { sync: { status } },
  });
}

function start(kubeconfig = api.kubeconfig()): Informer<string> {
  const path = join(folder, 'kubeconfig');
  writeFileSync(path, kubeconfig);
  const kubernetes = new Kubernetes(readConfig({ MCTL_KUBECONFIG: path, MCTL_KUBERNETES_TIMEOUT: '2s' }));
  informer = kubernetes.informer(
    RESOURCES.application,
    { namespace: 'argocd' },
    {
      name: 'applications',
      keep: (object) => (object as { status?: { sync?: { status?: string } } }).status?.sync?.status,
      changed: () => changed(),
      firstPauseMs: 10,
    },
  );
  informer.start();
  return informer;
}

/** Looks at each change until it is as expected; the test's own limit ends it otherwise. */
async function until(expected: () => boolean): Promise<void> {
  while (!expected()) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 50);
      changed = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

const known = (): string => [...informer.values()].join();

it('lists once and follows from there', async () => {
  start();
  await until(() => known() === 'Synced' && api.watches.count === 1);
  put('b', 'OutOfSync');
  await until(() => known() === 'Synced,OutOfSync');
  put('a', 'Unknown');
  await until(() => known() === 'Unknown,OutOfSync');
  api.remove({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'a', namespace: 'argocd' } });
  await until(() => known() === 'OutOfSync');
  expect(lists()).toBe(1);
  expect(informer.get('argocd', 'b')).toBe('OutOfSync');
});

it('goes on from the last version after the server has ended the watch, or broken it off in the middle of an event', async () => {
  start();
  await until(() => api.watches.count === 1);
  api.watches.endAll();
  put('b', 'Synced');
  await until(() => known() === 'Synced,Synced');
  await until(() => api.watches.count === 1);
  api.watches.cutAll('{"type":"MODIFIED","obj');
  put('b', 'OutOfSync');
  await until(() => known() === 'Synced,OutOfSync');
  await until(() => informer.fault === undefined);
});

it('lists again when its version is too old, and forgets what went meanwhile', async () => {
  start();
  await until(() => api.watches.count === 1);
  api.order({ what: 'fail', on: /watch=true/ });
  api.watches.endAll();
  await until(() => informer.fault?.kind === 'failed');
  expect(informer.isFilled).toBe(true);
  api.remove({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'a', namespace: 'argocd' } });
  put('c', 'Synced');
  api.compact();
  api.behave();
  await until(() => informer.fault === undefined && api.watches.count === 1);
  expect([informer.get('argocd', 'a'), informer.get('argocd', 'c')]).toEqual([undefined, 'Synced']);
});

it('an event 410 inside of a watch is no end of the world', async () => {
  start();
  await until(() => api.watches.count === 1);
  const before = lists();
  api.compact();
  put('d', 'Synced');
  api.compact();
  api.watches.endAll();
  await until(() => lists() > before && known() === 'Synced,Synced');
  await until(() => api.watches.count === 1);
  expect(informer.fault).toBeUndefined();
});

it('a bookmark spares the list after a compaction', async () => {
  start();
  await until(() => api.watches.count === 1);
  api.compact();
  api.watches.bookmark();
  api.watches.endAll();
  await until(() => watches() > 1 && api.watches.count === 1);
  put('e', 'Synced');
  await until(() => informer.size === 2);
  expect(lists()).toBe(1);
});

it('keeps what it knows while nobody answers, and says so', async () => {
  start();
  await until(() => api.watches.count === 1);
  const { port } = api;
  const kept = api;
  await kept.stop();
  await until(() => informer.fault?.kind === 'unreachable');
  expect(known()).toBe('Synced');
  api = await KubeApi.start(port, kept.objects);
  put('z', 'OutOfSync');
  await until(() => known() === 'Synced,OutOfSync' && informer.fault === undefined);
  expect(lists()).toBe(0);
});

it('a watch that is forbidden, and a kind that is not installed, are told apart', async () => {
  api.allow('lists', 'lists', [{ verbs: ['list'], groups: ['*'], resources: ['*'] }]);
  start(api.kubeconfig('lists'));
  await until(() => informer.fault?.kind === 'forbidden');
  expect(known()).toBe('Synced');
  await informer.stop();
  api.uninstall('argoproj.io');
  start();
  await until(() => informer.fault?.kind === 'not_installed');
  expect(informer.isFilled).toBe(false);
});

it('a list that does not answer keeps nobody waiting', async () => {
  api.order({ what: 'hang' });
  start();
  await informer.settled(AbortSignal.timeout(30_000));
  expect(informer.fault?.kind).toBe('timeout');
});

function lists(): number {
  return api.requests.filter(({ url }) => url.includes('/applications?') && !url.includes('watch=true')).length;
}

function watches(): number {
  return api.requests.filter(({ url }) => url.includes('watch=true')).length;
}
