import {
  errorOf,
  type FaultKind,
  isFault,
  Kubernetes,
  KubernetesFault,
  RESOURCES,
} from '../../src/platform/kubernetes';
import { Conflict, Unavailable } from '../../src/platform/errors';
import type { Misbehaviour } from '../support/kube-api/faults';
import { clusterIn, NOBODY, serviceAccount, tokenOf, writeKubeconfig } from './support/accounts';
import { Api, pathOfObject } from './support/api';
import { workflow } from './support/objects';
import { accountKubeconfig, client, configOf, facts, until } from './support/place';
import { Proxy } from './support/proxy';

const here = facts();
const { namespaces, prefix, folder } = here;
const admin = new Api(here.adminKubeconfig);
const kubernetes = client(here);
const scope = { namespace: namespaces.argocd };

async function faultOf(work: Promise<unknown>): Promise<KubernetesFault> {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!isFault(thrown)) throw new Error(`no fault but ${String(thrown)}`);
  return thrown;
}

const lists = (kubeconfig: string) => client(here, kubeconfig).list(RESOURCES.application, scope);
const asAccount = (name: string, token: string) =>
  writeKubeconfig(folder, name, clusterIn(here.adminKubeconfig), token);

describe('of the API server itself', () => {
  it('401: a token that it never gave out', async () => {
    const fault = await faultOf(lists(asAccount('stolen', 'no-token-of-anybody')));
    expect(fault).toMatchObject({ kind: 'unauthenticated', details: { status: 401 } });
  });

  it('401: the token of an account that was deleted', async () => {
    const account = serviceAccount(`${prefix}-leaver`, namespaces.mctl);
    await admin.create(account);
    const kubeconfig = asAccount('leaver', await tokenOf(admin, namespaces.mctl, `${prefix}-leaver`));
    expect((await faultOf(lists(kubeconfig))).kind).toBe('forbidden');
    await admin.remove(pathOfObject(account));
    // The server may believe a token that it has seen for some seconds more.
    const kind = await until(
      async () => (await faultOf(lists(kubeconfig))).kind,
      (each) => each !== 'forbidden',
    );
    expect(kind).toBe('unauthenticated');
  });

  it('403: an account without the Role', async () => {
    const fault = await faultOf(lists(accountKubeconfig(folder, NOBODY)));
    expect(fault).toMatchObject({ kind: 'forbidden', details: { status: 403 } });
    expect(fault.message).not.toContain(prefix.concat('-mctl:'));
    expect(fault.details.detail).toContain(`system:serviceaccount:${namespaces.mctl}:${NOBODY}`);
  });

  it('404: an object that is absent, and a kind that is not installed, and no objects at all', async () => {
    const name = `${prefix}-nothing`;
    expect((await faultOf(kubernetes.get(RESOURCES.workflow, { namespace: namespaces.mctl, name }))).kind).toBe(
      'absent',
    );
    const elsewhere = { ...RESOURCES.workflow, group: 'nowhere.mctl.dev' };
    const adminsOwn = client(here, here.adminKubeconfig);
    expect((await faultOf(adminsOwn.list(elsewhere, { namespace: namespaces.mctl }))).kind).toBe('not_installed');
    const newer = { ...RESOURCES.workflow, version: 'v9' };
    expect((await faultOf(adminsOwn.list(newer, { namespace: namespaces.mctl }))).kind).toBe('not_installed');
    expect((await adminsOwn.list(RESOURCES.application, { namespace: namespaces.databases })).items).toEqual([]);
  });

  it('409: a name that is taken, and a version that is old', async () => {
    const taken = workflow(here, `${prefix}-taken`);
    const { metadata } = await kubernetes.create(RESOURCES.workflow, taken);
    expect(await faultOf(kubernetes.create(RESOURCES.workflow, taken))).toMatchObject({
      kind: 'exists',
      details: { status: 409 },
    });
    const ref = { namespace: namespaces.mctl, name: `${prefix}-taken` };
    await kubernetes.patch(RESOURCES.workflow, ref, { metadata: { labels: { a: 'b' } } });
    const stale = { metadata: { resourceVersion: metadata?.resourceVersion, labels: { a: 'c' } } };
    expect((await faultOf(kubernetes.patch(RESOURCES.workflow, ref, stale))).kind).toBe('conflict');
  });

  it('422: with a cause', async () => {
    const fault = await faultOf(
      kubernetes.create(RESOURCES.workflow, workflow(here, `${prefix}-wrong`, { entrypoint: [] })),
    );
    expect(fault).toMatchObject({ kind: 'invalid', details: { status: 422 } });
    expect(fault.details.causes?.[0]).toMatchObject({ field: 'spec.entrypoint' });
    expect(errorOf(fault)).toBeInstanceOf(Conflict);
  });
});

describe('of a server that is not well', () => {
  let proxy: Proxy;
  let through: Kubernetes;

  beforeAll(async () => {
    proxy = await Proxy.start(accountKubeconfig(folder, 'mctl'));
    const token = await tokenOf(admin, namespaces.mctl, 'mctl');
    const config = configOf(here, writeKubeconfig(folder, 'through', proxy.cluster, token));
    through = new Kubernetes({ values: { ...config.values, kubernetesTimeout: 1_000 } });
  });
  afterEach(() => proxy.behave());
  afterAll(() => proxy.down());

  it.each<[string, Misbehaviour['what'], FaultKind]>([
    ['429', { throttle: 7 }, 'throttled'],
    ['500', 'fail', 'failed'],
    ['503 without a Status', 'unavailable', 'failed'],
    ['504', 'timeout', 'timeout'],
    ['no answer in time', 'hang', 'timeout'],
    ['a connection that breaks', 'cut', 'unreachable'],
    ['an answer that breaks off', 'cut_in_body', 'unreachable'],
    ['half of a document', 'malformed', 'malformed'],
    ['the page of a proxy', 'html', 'malformed'],
  ])('%s: a fault, never an empty list, and the next answer is one again', async (_, what, kind) => {
    proxy.order({ what });
    const fault = await faultOf(through.list(RESOURCES.application, scope));
    expect(fault.kind).toBe(kind);
    expect(errorOf(fault)).toBeInstanceOf(Unavailable);
    proxy.behave();
    expect((await through.list(RESOURCES.application, scope)).isCut).toBe(false);
  });

  it('429 says when to come back', async () => {
    proxy.order({ what: { throttle: 7 } });
    const { details } = await faultOf(through.list(RESOURCES.application, scope));
    expect(details.retryAfterSeconds).toBe(7);
  });

  it('410: a continue token that is too old', async () => {
    const answer = await expiredPage().then(
      () => undefined,
      (error: unknown) => error,
    );
    // A server that is some minutes old has not forgotten its first version yet (etcd compacts every five).
    if (answer === undefined) {
      console.warn('this server has its whole history: the 410 is written by the proxy, as the API server writes it');
      proxy.order({ what: 'expired', on: /limit=/, times: 1 });
    }
    expect((await faultOf(answer === undefined ? secondPage() : Promise.reject(answer as Error))).kind).toBe('expired');
  });

  /** The second page is asked for with a token of the first version of the cluster. */
  async function expiredPage(): Promise<unknown> {
    const names = [1, 2].map((index) => `${prefix}-expire-${index}`);
    for (const name of names) await kubernetes.create(RESOURCES.workflow, workflow(here, name));
    const token = Buffer.from(
      JSON.stringify({ v: 'meta.k8s.io/v1', rv: 1, start: `${names[1] ?? ''}\u0000` }),
    ).toString('base64url');
    return secondPage(token);
  }

  function secondPage(token = 'any'): Promise<unknown> {
    proxy.change(/\?limit=/, `?continue=${token}&limit=`);
    return through.list(RESOURCES.workflow, { namespace: namespaces.mctl });
  }
});
