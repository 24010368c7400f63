import { type Informer, isFault, Kubernetes, RESOURCES } from '../../src/platform/kubernetes';
import { Connection } from '../../src/platform/kubernetes/connection';
import { watch } from '../../src/platform/kubernetes/watch';
import { tokenOf, writeKubeconfig } from './support/accounts';
import { Api, pathOfObject } from './support/api';
import { application, statusAt } from './support/objects';
import { accountKubeconfig, configOf, facts, until } from './support/place';
import { Proxy } from './support/proxy';

const here = facts();
const { namespaces, prefix } = here;
const admin = new Api(here.adminKubeconfig);
const path = `/apis/argoproj.io/v1alpha1/namespaces/${namespaces.argocd}/applications`;
/** Older than anything that a server still keeps: of its very first writes. */
const OLDEST = '1';
let proxy: Proxy;
let informer: Informer<string>;

beforeAll(async () => {
  proxy = await Proxy.start(accountKubeconfig(here.folder, 'mctl'));
  writeKubeconfig(here.folder, 'watcher', proxy.cluster, await tokenOf(admin, namespaces.mctl, 'mctl'));
});
beforeEach(async () => {
  await admin.remove(path);
  const kubernetes = new Kubernetes(configOf(here, accountKubeconfig(here.folder, 'watcher')));
  informer = kubernetes.informer(
    RESOURCES.application,
    { namespace: namespaces.argocd },
    {
      name: 'applications',
      keep: (object) => (object as { status?: { sync?: { status?: string } } }).status?.sync?.status ?? 'new',
      firstPauseMs: 20,
    },
  );
  proxy.seen.length = 0;
});
afterEach(async () => {
  await informer.stop();
  proxy.behave();
});
afterAll(() => proxy.down());

const put = (name: string) => admin.create(application(here, name));
const patch = (name: string, sync: string) =>
  admin.patch(pathOfObject(application(here, name)), { status: statusAt('1'.repeat(40), 'Healthy', sync) });
const remove = (name: string) => admin.remove(pathOfObject(application(here, name)));
const known = (): string => {
  const names = ['a', 'b', 'c', 'd'].map((name) => [name, informer.get(namespaces.argocd, name)]);
  return names.flatMap(([name, state]) => (state === undefined ? [] : [`${name}:${state}`])).join(' ');
};
const knows = (expected: string) =>
  until(
    () => Promise.resolve(known()),
    (answer) => answer === expected,
  );
const settled = () =>
  until(
    () => Promise.resolve(proxy.watches),
    (count) => count === 1,
  );
const lists = (): number => proxy.seen.filter((url) => url.includes('limit=') && !url.includes('continue=')).length;

async function started(): Promise<void> {
  informer.start();
  await settled();
}

it('lists once, and follows what comes, changes and goes', async () => {
  await put('a');
  await started();
  await knows('a:new');
  await put('b');
  await knows('a:new b:new');
  await patch('a', 'Synced');
  await knows('a:Synced b:new');
  await remove('b');
  await knows('a:Synced');
  expect(lists()).toBe(1);
});

it('goes on from its version after the server was away, deletions of that time included', async () => {
  await put('a');
  await put('b');
  await started();
  await proxy.down();
  await until(
    () => Promise.resolve(informer.fault?.kind),
    (kind) => kind === 'unreachable',
  );
  expect(known()).toBe('a:new b:new');
  await remove('a');
  await patch('b', 'OutOfSync');
  await put('c');
  await proxy.up();
  await knows('b:OutOfSync c:new');
  await until(
    () => Promise.resolve(informer.fault),
    (fault) => fault === undefined,
  );
  expect(lists()).toBe(1);
});

it('a version that the server has forgotten (410) means to list again, and what went meanwhile is gone', async () => {
  await put('a');
  await put('b');
  await started();
  // The next watch begins where the server's history no longer reaches.
  proxy.change(/resourceVersion=\d+/, `resourceVersion=${OLDEST}`);
  await proxy.down();
  await remove('a');
  await put('d');
  await proxy.up();
  await knows('b:new d:new');
  await settled();
  expect(lists()).toBe(2);
  expect(informer.fault).toBeUndefined();
});

it('a watch that began in the past says so itself, and not by silence', async () => {
  const connection = new Connection(accountKubeconfig(here.folder, 'mctl'));
  const request = { method: 'GET', path, query: { resourceVersion: OLDEST }, doing: 'watch' } as const;
  const events = watch(connection, request, { seconds: 5, timeoutMs: 5_000 });
  const fault: unknown = await events.next().catch((error: unknown) => error);
  if (!isFault(fault, 'expired')) {
    throw new Error(
      `This server does not expire: it answered a watch from resourceVersion ${OLDEST} with ${JSON.stringify(fault)}. ` +
        'Let it compact its history (etcd compaction, or a watch cache), else nothing about 410 is shown.',
    );
  }
});

it('bookmarks bring the version on where nothing happens', async () => {
  const { metadata } = await admin.ask('GET', path);
  const connection = new Connection(accountKubeconfig(here.folder, 'mctl'));
  const query = { resourceVersion: metadata.resourceVersion as string };
  const request = { method: 'GET', path, query, doing: 'watch' } as const;
  // An object that the watch does not show moves the version of its kind all the same.
  const unseen = application(here, `${prefix}-unseen`);
  const elsewhere = { ...unseen, metadata: { ...unseen.metadata, namespace: namespaces.team } };
  const opened = (): void => void admin.create(elsewhere);
  const types: string[] = [];
  for await (const { type, object } of watch(connection, request, { seconds: 8, timeoutMs: 10_000, opened })) {
    types.push(type);
    expect(object.metadata?.resourceVersion).toMatch(/^\d+$/);
  }
  expect(types).toContain('BOOKMARK');
});

it('an unending series of cut watches loses nothing', async () => {
  await put('a');
  await started();
  for (const name of ['b', 'c', 'd']) {
    await proxy.down();
    await put(name);
    await proxy.up();
  }
  await knows('a:new b:new c:new d:new');
});
