import {
  certificatesOf,
  databaseOf,
  eventsOf,
  externalSecretsOf,
  podLogsOf,
  podsOf,
  podUsageOf,
  quotasOf,
} from '../../src/platform/cluster';
import { ApiServer, isFault, RESOURCES } from '../../src/platform/kubernetes';
import { CLUSTER_CHECKS } from '../../src/cli/doctor/cluster/cluster-checks';
import { Patient } from '../../src/cli/doctor/patient';
import { runChecks } from '../../src/cli/doctor/run-checks';
import type { Loose } from '../support/loose';
import { allRights, NOBODY } from './support/accounts';
import { Api, pathOfObject } from './support/api';
import { application, pod, workflow } from './support/objects';
import { accountKubeconfig, client, configOf, facts } from './support/place';

const here = facts();
const { namespaces, prefix } = here;
const RIGHTS = allRights(namespaces);
const admin = new Api(here.adminKubeconfig);
const mctl = new Api(accountKubeconfig(here.folder, 'mctl'));
const kubernetes = client(here);

/** Every rule that the API server would apply to an account in a namespace: `verb group/resource`. */
async function rulesIn(api: Api, namespace: string): Promise<Set<string>> {
  const { status } = await api.ask('POST', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectRulesReview',
    spec: { namespace },
  });
  const rules = status.resourceRules as Loose[];
  return new Set(
    rules.flatMap(({ verbs, apiGroups, resources, resourceNames = [] }) =>
      verbs.flatMap((verb: string) =>
        apiGroups.flatMap((group: string) =>
          resources.map((name: string) => [verb, `${group}/${name}`, ...resourceNames].join(' ')),
        ),
      ),
    ),
  );
}

function expectedIn(namespace: string): Set<string> {
  const valid = RIGHTS.filter((right) => right.namespace === '' || right.namespace === namespace);
  return new Set(
    valid.flatMap(({ group, resource, subresource, verbs }) =>
      verbs.map((verb) => `${verb} ${group}/${resource}${subresource === undefined ? '' : `/${subresource}`}`),
    ),
  );
}

describe(`the account with the Roles of the ${here.rolesFrom}`, () => {
  it.each(RIGHTS.flatMap((right) => right.verbs.map((verb) => ({ verb, ...right }))))(
    'may $verb $group/$resource $subresource in "$namespace"',
    async ({ verb, group, resource, subresource, namespace }) => {
      const server = new ApiServer(configOf(here));
      const wish = { verb, resource: { group, plural: resource }, subresource, namespace: namespace || undefined };
      expect(await server.may(wish)).toBe(true);
    },
  );

  it.each([...Object.values(namespaces), 'default', 'kube-system'])(
    'has no rule in %s beyond the list, and those that everybody has',
    async (namespace) => {
      const everybody = await rulesIn(new Api(accountKubeconfig(here.folder, NOBODY)), namespace);
      const more = [...(await rulesIn(mctl, namespace))].filter((rule) => !everybody.has(rule));
      expect(more.sort()).toEqual([...expectedIn(namespace)].filter((rule) => !everybody.has(rule)).sort());
    },
  );

  it('does with it all that MCTL asks', async () => {
    const { team, argocd, databases, builds } = namespaces;
    const [asked, name] = [`${prefix}-asked`, `${prefix}-asked-1`];
    await admin.create(application(here, asked));
    await admin.create(pod(here, name, { 'app.kubernetes.io/instance': asked }));
    expect(await podsOf(kubernetes, team, asked)).toMatchObject([{ name, isReady: false }]);
    expect(await eventsOf(kubernetes, { namespace: team, instance: 'none' }, 10)).toEqual([]);
    expect([...(await quotasOf(kubernetes, builds))]).toEqual([]);
    expect(await certificatesOf(kubernetes, builds)).toEqual([]);
    expect(await externalSecretsOf(kubernetes, team, 'none')).toEqual([]);
    expect(await databaseOf(kubernetes, databases, 'none')).toMatchObject({ isReady: false });
    await kubernetes.patch(
      RESOURCES.application,
      { namespace: argocd, name: asked },
      { metadata: { annotations: { a: 'b' } } },
    );
    await kubernetes.create(RESOURCES.workflow, workflow(here, asked));
    await kubernetes.delete(RESOURCES.workflow, { namespace: namespaces.mctl, name: asked });
    // A build is stopped, and goes by its TTL.
    const build = workflow(here, asked, {}, builds);
    await kubernetes.create(RESOURCES.workflow, build);
    await kubernetes.patch(RESOURCES.workflow, { namespace: builds, name: asked }, { spec: { shutdown: 'Terminate' } });
    const refused = await kubernetes
      .delete(RESOURCES.workflow, { namespace: builds, name: asked })
      .catch((error: unknown) => error);
    expect(isFault(refused, 'forbidden')).toBe(true);
    await admin.remove(pathOfObject(build));
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: asked, namespace: builds } };
    await kubernetes.create(RESOURCES.secret, secret);
    await kubernetes.delete(RESOURCES.secret, { namespace: builds, name: asked });
    // An aggregated API, which a bare server does not have: that it is not installed is an answer, and no matter of rights.
    const use = await podUsageOf(kubernetes, team).catch((error: unknown) => (error as { kind?: string }).kind);
    expect([[], 'not_installed']).toContainEqual(use);
  });

  it('a pod that never runs has no log, and that is told apart from an empty one', async () => {
    const name = `${prefix}-silent-1`;
    await admin.create(pod(here, name, { 'app.kubernetes.io/instance': 'silent' }));
    const ref = { namespace: namespaces.team, name };
    const fault = await kubernetes
      .logs(ref, { container: 'api', tailLines: 10, limitBytes: 1_000 })
      .catch((error: unknown) => error);
    expect(isFault(fault, 'invalid')).toBe(true);
    const question = { namespace: namespaces.team, instance: 'silent', sinceSeconds: 60, previous: false, lines: 10 };
    expect(await podLogsOf(kubernetes, question)).toMatchObject({ lines: [], pods: 1, silent: [`${name}/api`] });
  });

  const core = (namespace: string, rest: string) => `/api/v1/namespaces/${namespace}/${rest}`;
  const argo = (namespace: string, rest: string) => `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/${rest}`;
  const { team, argocd, builds, databases, mctl: own } = namespaces;
  it.each<readonly ['GET' | 'POST' | 'DELETE', string]>([
    ['GET', '/api/v1/secrets'],
    ['GET', '/api/v1/namespaces'],
    ['GET', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'],
    ['GET', '/apis/argoproj.io/v1alpha1/applications'],
    ['GET', '/apis/argoproj.io/v1alpha1/workflows'],
    ...[team, argocd, builds, own].map((namespace) => ['GET', core(namespace, 'secrets')] as const),
    ['GET', core(builds, 'secrets/some')],
    ['POST', core(own, 'secrets')],
    ['POST', core(team, 'pods')],
    ['POST', core(builds, 'pods')],
    ['POST', core(team, 'pods/some/exec?command=id')],
    ['DELETE', core(team, 'pods/some')],
    ['POST', core(own, 'serviceaccounts/default/token')],
    ['POST', argo(argocd, 'applications')],
    ['DELETE', argo(argocd, 'applications/some')],
    ['POST', argo(team, 'workflows')],
    ['POST', '/apis/argoproj.io/v1alpha1/clusterworkflowtemplates'],
    ['POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings'],
    ['POST', `/apis/rbac.authorization.k8s.io/v1/namespaces/${own}/rolebindings`],
    ['GET', `/apis/postgresql.cnpg.io/v1/namespaces/${databases}/databases`],
    ['GET', `/apis/postgresql.cnpg.io/v1/namespaces/${team}/databases/some`],
    ['POST', `/apis/apps/v1/namespaces/${team}/deployments`],
  ])('is refused: %s %s', async (method, path) => {
    const fault = await mctl.ask(method, path, method === 'POST' ? {} : undefined).catch((error: unknown) => error);
    expect(fault).toMatchObject({ kind: 'forbidden', details: { status: 403 } });
  });

  it('is what mctl doctor finds it to be', async () => {
    const patient = new Patient(configOf(here));
    const results = await runChecks(CLUSTER_CHECKS, patient, { wrongSettings: new Set() });
    const found = Object.fromEntries(results.map(({ name, status }) => [name, status]));
    expect(found).toMatchObject({
      cluster: 'ok',
      'cluster clock': 'ok',
      'cluster rights': 'ok',
      'excess rights': 'ok',
    });
    // Nothing follows our repository here, and metrics are missing on a bare server; neither stops anything.
    expect(results.filter(({ status }) => status === 'failed')).toEqual([]);
    const administrator = new Patient(configOf(here, here.adminKubeconfig));
    const others = await runChecks(CLUSTER_CHECKS, administrator, { wrongSettings: new Set() });
    expect(others.find(({ name }) => name === 'excess rights')).toMatchObject({ status: 'warning' });
  });
});
