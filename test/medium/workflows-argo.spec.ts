import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ArgoController } from '../support/argo-controller';
import { McpTestClient, type RestTestClient } from '../support/clients';
import { KubeApi, type Rule } from '../support/kube-api';
import { faultsAtRest } from '../support/ledger';
import type { Loose } from '../support/loose';
import { commitsOf, git } from '../support/plain-git';
import type { Program } from '../support/program';
import { RawMcp } from '../support/raw-mcp';
import { until } from '../support/remote-program';
import { leads, Replicas } from '../support/replicas';
import { TestDns } from '../support/test-dns';
import { tokenFor } from '../support/tokens';

/** All that MCTL asks for (docs/workflows-argo.md), and what it asks for to see Argo CD (ADR 31). */
const RULES: Rule[] = [
  {
    verbs: ['create', 'get', 'list', 'watch', 'patch', 'delete'],
    groups: ['argoproj.io'],
    resources: ['workflows'],
    namespaces: ['mctl'],
  },
  { verbs: ['list'], groups: [''], resources: ['pods'], namespaces: ['mctl'] },
  { verbs: ['get'], groups: [''], resources: ['pods/log'], namespaces: ['mctl'] },
  { verbs: ['get'], groups: ['argoproj.io'], resources: ['clusterworkflowtemplates'] },
  { verbs: ['list', 'watch', 'patch'], groups: ['argoproj.io'], resources: ['applications'], namespaces: ['argocd'] },
];
const TOKEN = 'mctl-token';
const SECRET = 'a-secret-of-sixteen-or-more';
const folder = mkdtempSync(join(tmpdir(), 'mctl-argo-'));
const databaseFile = join(folder, 'database-url');
const NO_DATABASE = 'postgresql://nobody@127.0.0.1:9/postgres';
let api: KubeApi;
let argo: ArgoController;
let dns: TestDns;
let replicas: Replicas;
let left: Program;
let right: Program;
let admin: RestTestClient;

beforeAll(async () => {
  api = await KubeApi.start();
  api.objects.namespaces.add('argocd');
  api.allow(TOKEN, 'system:serviceaccount:mctl:mctl', RULES);
  const [kubeconfig, secret] = [join(folder, 'kubeconfig'), join(folder, 'webhook')];
  writeFileSync(kubeconfig, api.kubeconfig(TOKEN));
  writeFileSync(secret, SECRET);
  writeFileSync(databaseFile, NO_DATABASE);
  dns = await TestDns.start();
  const engine = {
    MCTL_WORKFLOWS: 'argo',
    MCTL_CLUSTER: 'kubernetes',
    MCTL_KUBERNETES_TIMEOUT: '2s',
    MCTL_ARGO_WEBHOOK_SECRET_FILE: secret,
    MCTL_WORKFLOW_DEADLINE: '30s',
    MCTL_DNS_RESOLVERS: dns.address,
    MCTL_DNS_TIMEOUT: '1s',
    MCTL_DOMAIN_FIRST_PAUSE: '1s',
    MCTL_DOMAIN_LONGEST_PAUSE: '1s',
    MCTL_PREVIEW_SWEEP: '0s',
    MCTL_DATABASE_ADMIN_URL_FILE: databaseFile,
    LOG_LEVEL: 'info',
  };
  replicas = await Replicas.make({ ...engine, MCTL_LEADER_LEASE: '2s' });
  left = await replicas.start('left', { MCTL_KUBECONFIG: kubeconfig });
  right = await replicas.start('right', { MCTL_KUBECONFIG: kubeconfig });
  // Pods have no credential for the cluster.
  argo = new ArgoController(api, { ...replicas.settings, WORKFLOW_NOTIFY_URL: left.url });
  admin = await replicas.as(left);
  await ready();
  await create('billing');
  await must('deploy-service', { ...API, action: 'onboard', image: 'ghcr.io/acme/api', image_tag: '1.0.0' });
});

afterEach(() => {
  api.behave();
  argo.before = () => Promise.resolve(undefined);
  argo.present = (status) => status;
  argo.resume();
});

afterAll(async () => {
  await argo?.stop();
  await replicas?.dispose();
  await dns?.stop();
  await api?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const API = { team: 'billing', service: 'api' };

/** One of them leads, and both follow the Workflows. */
async function ready(): Promise<void> {
  await until(
    () => Promise.resolve([left, right].filter((each) => leads(each)).length === 1 && api.watches.count >= 4),
    Boolean,
  );
}

const leader = (): Program => (leads(left) ? left : right);

async function must(operation: string, input: object): Promise<Loose> {
  const { status, body } = await admin.execute(operation, { ...input, wait_seconds: 25 });
  if (body.operation?.status !== 'succeeded') throw new Error(`${operation}: ${status} ${JSON.stringify(body)}`);
  return body;
}

const create = (team: string): Promise<Loose> => must('create-tenant', { team });

/** Accepted, and not waited for. */
async function submit(operation: string, input: object, client = admin): Promise<Loose> {
  const { status, body } = await client.execute(operation, { ...input, wait_seconds: 0 });
  if (status !== 202) throw new Error(`${operation}: ${status} ${JSON.stringify(body)}`);
  return body;
}

const statusOf = async (name: string): Promise<Loose> => (await admin.get(`/api/v1/workflows/${name}`)).body;
const until_ = (name: string, holds: (status: Loose) => boolean): Promise<Loose> => until(() => statusOf(name), holds);
const ended = (name: string): Promise<Loose> =>
  until_(name, ({ status }) => status === 'succeeded' || status === 'failed');
const nameOf = ({ workflow }: Loose): string => workflow.name.toLowerCase();

async function commitsAbout(subject: string): Promise<string[]> {
  return (await commitsOf(replicas.repository)).flatMap((commit) =>
    commit.subject.includes(subject) ? [commit.sha] : [],
  );
}

/** A minute in which nobody was heard of has passed. */
const pass = (id: string): Promise<unknown> =>
  replicas.postgres.query(`update operations set next_run_at = '2020-01-01T00:00:00.000Z' where id = '${id}'`);

describe('an operation as a Workflow of Argo', () => {
  it('is carried out by pods, and answered like one of the embedded engine', async () => {
    const token = await tokenFor(replicas.keysIn, 'admin');
    const client = await McpTestClient.connect(left.url, token);
    try {
      const answer = await client.must('mctl_deploy_service', {
        ...API,
        action: 'deploy',
        image_tag: '1.1.0',
        wait_seconds: 25,
      });
      expect(answer).toMatchObject({
        operation: { status: 'succeeded' },
        workflow: { engine: 'argo', status: 'succeeded' },
        commit: { sha: expect.stringMatching(/^[0-9a-f]{40}$/) },
      });
      expect(await commitsAbout('1.1.0')).toEqual([answer.commit.sha]);
      const status = await client.must('mctl_get_workflow_status', { workflow: answer.workflow.name });
      expect(status.steps.map(({ name, status }: Loose) => `${name} ${status}`)).toEqual([
        'plan succeeded',
        'commit succeeded',
        'push succeeded',
      ]);
    } finally {
      await client.close();
    }
  });

  it('leaves a Workflow that says who, what and which, and nothing of the call', async () => {
    const body = await must('deploy-service', { ...API, action: 'deploy', image_tag: '1.2.0', reason: 'a reason' });
    const { metadata, spec } = argo.get(nameOf(body)) as Loose;
    expect(metadata.labels).toMatchObject({
      'mctl.dev/team': 'billing',
      'mctl.dev/operation': 'deploy-service',
      'mctl.dev/operation-id': body.operation.id,
    });
    expect(spec).toEqual({
      workflowTemplateRef: { name: 'mctl', clusterScope: true },
      entrypoint: 'deploy-service-from-commit',
      arguments: { parameters: [{ name: 'operation-id', value: body.operation.id }] },
    });
    const pods = () => argo.ran.filter(({ workflow }) => workflow === nameOf(body));
    await until(() => Promise.resolve(pods().length), Boolean);
    const output = pods().map((each) => each.output);
    expect(output.join('\n')).toContain('"step":"commit"');
    expect(output.join('\n')).not.toMatch(/1\.2\.0|a reason/);
  });

  it('tells Argo CD of what a pod has committed', async () => {
    const application = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: {
        name: 'billing-api',
        namespace: 'argocd',
        labels: { 'mctl.dev/team': 'billing', 'mctl.dev/service': 'api' },
      },
      spec: {
        project: 'billing',
        destination: { namespace: 'billing' },
        sources: [{ repoURL: 'https://git.example.org/g' }],
      },
    };
    api.put(application);
    await must('deploy-service', { ...API, action: 'deploy', image_tag: '1.3.0' });
    const annotation = () =>
      api.stored('applications', 'argocd', 'billing-api')?.metadata.annotations?.['argocd.argoproj.io/refresh'];
    await until(
      () => Promise.resolve(annotation()),
      (value) => value === 'normal',
    );
  });

  it('waits in a pod for what takes its time, and commits again', async () => {
    const { status, body } = await admin.execute('add-custom-domain', {
      ...API,
      domain: 'shop.example.com',
      wait_seconds: 25,
    });
    expect([status, body.operation.status]).toEqual([202, 'running']);
    const waiting = await until_(body.workflow.name, ({ steps }) =>
      steps.some((step: Loose) => step.name === 'wait-for-dns' && step.message),
    );
    expect(waiting.status).toBe('running');
    const { name, value } = body.challenge;
    await dns.set(`${name}. TXT "${value}"`, 'shop.example.com. CNAME billing-api.apps.localhost.');
    expect(await ended(body.workflow.name)).toMatchObject({ status: 'succeeded' });
    expect(await commitsAbout('shop.example.com')).toHaveLength(2);
    const codes = argo.ran
      .filter(({ workflow }) => workflow === nameOf(body))
      .map(({ step, code }) => `${step} ${code}`);
    expect(codes.slice(0, 3)).toEqual(['commit(0) 0', 'wait-for-dns(0) 0', 'commit-activate(0) 0']);
  });

  it('does in a pod what must be there before the commit', async () => {
    writeFileSync(databaseFile, replicas.postgres.url({}, 'sslmode=disable'));
    const body = await must('provision-database', API);
    const codes = () =>
      argo.ran.filter(({ workflow }) => workflow === nameOf(body)).map(({ step, code }) => `${step} ${code}`);
    await until(
      () => Promise.resolve(codes().length),
      (length) => length >= 2,
    );
    expect(codes().slice(0, 2)).toEqual(['create-database(0) 0', 'commit(0) 0']);
    expect(body.commit.sha).toMatch(/^[0-9a-f]{40}$/);
  });

  it('fails as the plan says when the branch has changed, and is not tried again', async () => {
    argo.isPaused = true;
    const doomed = await submit('deploy-service', {
      ...API,
      action: 'onboard',
      service: 'twice',
      image: 'ghcr.io/acme/a',
      image_tag: '1',
    });
    const other = await submit('deploy-service', {
      ...API,
      action: 'onboard',
      service: 'twice',
      image: 'ghcr.io/acme/b',
      image_tag: '2',
    });
    await until(
      () => Promise.resolve(argo.all().length),
      () => argo.get(nameOf(doomed)) !== undefined && argo.get(nameOf(other)) !== undefined,
    );
    argo.resume();
    const both = [await ended(doomed.workflow.name), await ended(other.workflow.name)];
    expect(both.map(({ status }) => status)).toEqual(['succeeded', 'failed']);
    expect(both[1].error).toMatch(/exists|there already/i);
    await until(
      () => Promise.resolve((argo.get(nameOf(other)) as Loose).status?.phase),
      (phase) => phase === 'Failed',
    );
    expect(
      argo.ran
        .filter(({ workflow, step }) => workflow === nameOf(other) && !step.endsWith('.onExit'))
        .map(({ code }) => code),
    ).toEqual([1]);
  });

  it('keeps the order of what was asked for on one object, whichever pod comes first', async () => {
    argo.isPaused = true;
    const first = await submit('deploy-service', { ...API, action: 'deploy', image_tag: '7.0.1' });
    const second = await submit('deploy-service', { ...API, action: 'deploy', image_tag: '7.0.2' });
    await until(() => Promise.resolve([first, second].every((each) => argo.get(nameOf(each)))), Boolean);
    // The first one loses its Workflow, and waits for another.
    api.remove(argo.get(nameOf(first)) as never);
    argo.resume();
    expect(await ended(second.workflow.name)).toMatchObject({ status: 'succeeded' });
    expect(await ended(first.workflow.name)).toMatchObject({ status: 'succeeded' });
    const [one, two] = [await commitsAbout('7.0.1'), await commitsAbout('7.0.2')];
    expect([one.length, two.length]).toEqual([1, 1]);
    expect(await git(replicas.repository, 'merge-base', '--is-ancestor', one[0]!, two[0]!)).toBe('');
    const pod = await until(
      () => Promise.resolve(argo.ran.find(({ workflow }) => workflow === nameOf(second))),
      Boolean,
    );
    expect(pod?.output).toContain(`operation ${first.operation.id} on the same object goes first`);
  });
});

describe('whatever Argo does to a Workflow', () => {
  it('S-once: a pod that dies between its push and the end leaves one commit, which the next one finds', async () => {
    let kills = 1;
    argo.before = (step) =>
      Promise.resolve(
        step.startsWith('commit') && kills-- > 0
          ? { nodeArguments: ['--require', require.resolve('../support/kill-pod-at.js')] }
          : undefined,
      );
    const body = await submit('create-tenant', { team: 'killed' });
    await until(
      () => Promise.resolve(argo.ran.find(({ workflow, code }) => workflow === nameOf(body) && code === null)),
      Boolean,
    );
    expect((await statusOf(body.workflow.name)).status).toBe('running');
    await pass(body.operation.id);
    expect(await ended(body.workflow.name)).toMatchObject({ status: 'succeeded' });
    expect(await commitsAbout('create-tenant(killed)')).toHaveLength(1);
  });

  it('closes what is on the branch when the Workflow is lost together with its pod', async () => {
    argo.before = (step) =>
      Promise.resolve(
        step.startsWith('commit')
          ? { nodeArguments: ['--require', require.resolve('../support/kill-pod-at.js')] }
          : undefined,
      );
    const body = await submit('create-tenant', { team: 'lost' });
    await until(
      () => Promise.resolve(argo.ran.find(({ workflow, code }) => workflow === nameOf(body) && code === null)),
      Boolean,
    );
    argo.isPaused = true;
    api.remove(argo.get(nameOf(body)) as never);
    await pass(body.operation.id);
    expect(await ended(body.workflow.name)).toMatchObject({ status: 'succeeded' });
    expect(await commitsAbout('create-tenant(lost)')).toHaveLength(1);
  });

  it('submits again what was deleted before it had begun, once', async () => {
    argo.isPaused = true;
    const body = await submit('create-tenant', { team: 'again' });
    await until(() => Promise.resolve(argo.get(nameOf(body))), Boolean);
    const { uid } = argo.get(nameOf(body))!.metadata;
    api.remove(argo.get(nameOf(body)) as never);
    argo.isPaused = false;
    expect(await ended(body.workflow.name)).toMatchObject({ status: 'succeeded' });
    expect(argo.get(nameOf(body))!.metadata.uid).not.toBe(uid);
    expect(await commitsAbout('create-tenant(again)')).toHaveLength(1);
  });

  it('tries again after pods that stumble, and says meanwhile what Argo says', async () => {
    argo.before = (step) => Promise.resolve(step.startsWith('commit') ? { code: 137 } : undefined);
    const body = await submit('create-tenant', { team: 'stumbling' });
    const seen = await until_(body.workflow.name, ({ steps }) =>
      /another one follows|exit code 137/.test(steps[0].message ?? ''),
    );
    expect(seen.status).toBe('submitted');
    argo.before = () => Promise.resolve(undefined);
    expect(await ended(body.workflow.name)).toMatchObject({ status: 'succeeded' });
  });

  it('fails what comes to nothing within the deadline, with Argo’s word and the end of the pod’s log', async () => {
    argo.before = (step) => Promise.resolve(step.startsWith('commit') ? { code: 137 } : undefined);
    const body = await submit('create-tenant', { team: 'never' });
    await replicas.postgres.query(
      `update operations set submitted_at = '2020-01-01T00:00:00.000Z' where id = '${body.operation.id}'`,
    );
    const status = await ended(body.workflow.name);
    expect(status).toMatchObject({ status: 'failed', commit: null });
    expect(status.error).toMatch(
      /could not carry it out in time \(.*commit: Failed, main: Error \(exit code 137\)\).*Its commit was not made/,
    );
    expect(status.logs.map(({ line }: Loose) => line)).toContain('ordered');
    expect(await commitsAbout('create-tenant(never)')).toEqual([]);
  });

  it('S-foreign: takes no Workflow for its own that somebody else has put under its name', async () => {
    argo.isPaused = true;
    const body = await submit('create-tenant', { team: 'taken' });
    await until(() => Promise.resolve(argo.get(nameOf(body))), Boolean);
    const { metadata, spec, ...rest } = argo.get(nameOf(body))! as Loose;
    api.remove({ metadata, ...rest } as never);
    api.put({
      ...rest,
      metadata: { name: metadata.name, namespace: 'mctl', labels: {} },
      spec: {},
      status: { phase: 'Succeeded' },
    } as never);
    expect((await ended(body.workflow.name)).error).toContain('not of this operation');
    api.remove({ metadata, ...rest } as never);
  });

  it('shows what a step waits for: the lock, a place to run, an image', async () => {
    let free: () => void = () => undefined;
    const held = new Promise<undefined>((resolve) => (free = () => resolve(undefined)));
    argo.before = () => held;
    const first = await submit('create-tenant', { team: 'holder' });
    await until_(first.workflow.name, ({ steps }) => /^Argo: Pending/.test(steps[0].message ?? ''));
    const second = await submit('create-tenant', { team: 'waiter' });
    const waiting = await until_(second.workflow.name, ({ steps }) => /lock/i.test(steps[0].message ?? ''));
    expect(waiting.steps[0].message).toBe('Argo: Pending: Waiting for mctl/Mutex/mctl-commit lock. Lock status: 0/1');
    expect(waiting.untrusted.fields).toContain('steps[].message');
    free();
    await ended(first.workflow.name);
    await ended(second.workflow.name);
  });

  it.each<[string, (status: Loose) => Loose, RegExp]>([
    [
      'packed',
      ({ nodes, ...status }) => ({ ...status, compressedNodes: gzipSync(JSON.stringify(nodes)).toString('base64') }),
      /^Argo: (Pending|Failed)/,
    ],
    ['packed by zstd', ({ nodes: _, ...status }) => ({ ...status, compressedNodes: 'KLUv/SQA' }), /zstd/],
    [
      'offloaded',
      ({ nodes: _, ...status }) => ({ ...status, offloadNodeStatusVersion: 'fnv:1' }),
      /MCTL_ARGO_SERVER is not set/,
    ],
  ])('reads a status that is %s, or says why not', async (kind, present, expected) => {
    argo.present = present;
    let free: () => void = () => undefined;
    const held = new Promise<undefined>((resolve) => (free = () => resolve(undefined)));
    argo.before = () => held;
    const body = await submit('create-tenant', { team: `status-${kind.replace(/\W/g, '-')}` });
    await until_(body.workflow.name, ({ steps }) => expected.test(steps[0].message ?? ''));
    free();
    await ended(body.workflow.name);
  });
});

describe('a cluster that is away, or refuses', () => {
  it('lets operations wait, says why, and goes on by itself', async () => {
    api.order({ what: 'unavailable', on: /POST .*workflows/ });
    const body = await submit('create-tenant', { team: 'patient' });
    const waiting = await until_(body.workflow.name, ({ steps }) => steps[0].message !== null);
    expect(waiting).toMatchObject({ status: 'submitted' });
    expect(waiting.steps[0].message).toMatch(/^Waits for Argo Workflows: The cluster answered 503/);
    api.behave();
    const { steps } = await ended(body.workflow.name);
    expect(steps.map(({ message }: Loose) => message)).toEqual([null, null, null]);
  });

  it('fails what could not be submitted within the deadline', async () => {
    api.order({ what: 'unavailable', on: /POST .*workflows/ });
    const body = await submit('create-tenant', { team: 'impatient' });
    await replicas.postgres.query(
      `update operations set submitted_at = '2020-01-01T00:00:00.000Z' where id = '${body.operation.id}'`,
    );
    expect((await ended(body.workflow.name)).error).toMatch(
      /could not be given this operation in time.*Its commit was not made/,
    );
  });
});

describe('stopping', () => {
  const TASKS = {
    'io.modelcontextprotocol/clientCapabilities': { extensions: { 'io.modelcontextprotocol/tasks': {} } },
  };

  async function mcp(method: string, params: Loose): Promise<Loose> {
    const { message } = await new RawMcp(left.url, await tokenFor(replicas.keysIn, 'admin')).modern(method, params, {
      meta: TASKS,
    });
    return message.error ?? message.result;
  }

  it('takes out of the queue what nobody has begun, and its Workflow with it', async () => {
    argo.isPaused = true;
    const { taskId } = await mcp('tools/call', { name: 'mctl_create_tenant', arguments: { team: 'unwanted' } });
    await until(() => Promise.resolve(argo.get(taskId.toLowerCase())), Boolean);
    await mcp('tasks/cancel', { taskId });
    expect(await mcp('tasks/get', { taskId })).toMatchObject({ status: 'cancelled' });
    await until(
      () => Promise.resolve(argo.get(taskId.toLowerCase())),
      (object) => object === undefined,
    );
    expect(await commitsAbout('create-tenant(unwanted)')).toEqual([]);
  });

  it('stops a task that waits before its commit', async () => {
    writeFileSync(databaseFile, NO_DATABASE);
    const shop = { team: 'shops', service: 'shop' };
    await create('shops');
    await must('deploy-service', { ...shop, action: 'onboard', image: 'ghcr.io/acme/shop', image_tag: '1' });
    const { taskId } = await mcp('tools/call', { name: 'mctl_provision_database', arguments: shop });
    await until_(taskId, ({ steps }) => /again/.test(steps[0].message ?? ''));
    await mcp('tasks/cancel', { taskId });
    expect((await ended(taskId)).error).toMatch(/Its Workflow was stopped. Its commit was not made/);
    expect(await mcp('tasks/get', { taskId })).toMatchObject({ status: 'cancelled' });
    expect(await commitsAbout('provision-database(shops/shop)')).toEqual([]);
  });

  it('is what `argo stop` does to a task that waits: the operation ends as cancelled, its first commit stays', async () => {
    const { body } = await admin.execute('add-custom-domain', {
      ...API,
      domain: 'stopped.example.com',
      wait_seconds: 25,
    });
    await until_(body.workflow.name, ({ steps }) =>
      steps.some((step: Loose) => step.name === 'wait-for-dns' && step.message),
    );
    const object = argo.get(nameOf(body)) as Loose;
    api.put({ ...object, spec: { ...object.spec, shutdown: 'Stop' } });
    expect((await ended(body.workflow.name)).error).toMatch(/was stopped.*first commit is on the branch and stays/);
    expect(await commitsAbout('stopped.example.com')).toHaveLength(1);
  });
});

describe('the webhook', () => {
  const post = async (body: string, headers: Record<string, string>): Promise<number> => {
    const answer = await fetch(new URL('/api/v1/webhooks/argo', left.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
    return answer.status;
  };
  const signed = (body: string, secret = SECRET) => ({
    'x-mctl-signature': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  });

  it('S-hmac: takes what is signed, and nothing else', async () => {
    const body = JSON.stringify({ workflow_name: 'deploy-service-x', phase: 'Succeeded' });
    expect(await post(body, signed(body))).toBe(200);
    expect(await post(body, {})).toBe(401);
    expect(await post(body, signed(body, 'another-secret-of-length'))).toBe(401);
    expect(await post(`${body} `, signed(body))).toBe(401);
    expect(await post(body, { 'x-hub-signature-256': signed(body)['x-mctl-signature'] })).toBe(401);
    const odd = JSON.stringify({ workflow_name: '../x' });
    expect(await post(odd, signed(odd))).toBe(400);
  });

  it('is told by every Workflow at its end', () => {
    // Of a Workflow that was deleted meanwhile the pod was ended as well.
    const told = argo.ran.filter(({ step, code }) => step.endsWith('.onExit') && code !== null);
    expect(told.length).toBeGreaterThan(0);
    for (const { code, output } of told) expect([code, output]).toEqual([0, expect.stringContaining(': 200')]);
  });
});

describe('two replicas', () => {
  it('submit each operation once, whichever took the call, also when the leader dies', async () => {
    const [a, b] = [await replicas.as(left), await replicas.as(right)];
    const names = Array.from({ length: 6 }, (_, index) => `pair-${index}`);
    const accepted = await Promise.all(
      names.map((team, index) => submit('create-tenant', { team }, index % 2 ? a : b)),
    );
    const [dying, name] = leader() === left ? [left, 'left'] : [right, 'right'];
    await dying.stop('SIGKILL');
    const other = dying === left ? right : left;
    admin = await replicas.as(other);
    for (const { workflow } of accepted) expect((await ended(workflow.name)).status).toBe('succeeded');
    for (const team of names) expect(await commitsAbout(`create-tenant(${team})`)).toHaveLength(1);
    const revived = await replicas.start(name, { MCTL_KUBECONFIG: join(folder, 'kubeconfig') });
    if (name === 'left') left = revived;
    else right = revived;
  });

  it('have a ledger without a fault after all of this', async () => {
    const ledger = await replicas.ledger();
    // Of these a second commit is part of the operation, which the audit knows; and one was stopped between the two.
    const domains = ledger.operations.filter(({ operation }) => operation === 'add-custom-domain').map(({ id }) => id);
    expect(faultsAtRest(ledger).filter((fault) => !domains.some((id) => fault.startsWith(id)))).toEqual([]);
    expect(ledger.verification).toMatchObject({ ok: true });
  });
});

describe('a step by hand', () => {
  const step = (id: string, name: string) =>
    new Promise<{ code: unknown; output: string }>((resolve) => {
      const env = { PATH: process.env.PATH, ...replicas.settings, MCTL_DATA_DIR: replicas.dataDir('hand') };
      const args = [join(__dirname, '../../dist/cli.js'), 'run-operation', '--id', id, '--step', name];
      execFile(process.execPath, args, { env }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : error.code, output: `${stdout}${stderr}` }),
      );
    });

  it('says what is wrong, ends with 1 and touches nothing', async () => {
    argo.isPaused = true;
    const body = await submit('add-custom-domain', { ...API, domain: 'hand.example.com' });
    expect(await step('01J0000000000000000000000Z', 'commit')).toMatchObject({
      code: 1,
      output: expect.stringContaining('There is no such operation'),
    });
    expect(await step(body.operation.id, 'nothing')).toMatchObject({
      code: 1,
      output: expect.stringMatching(/no step of this name[^]*commit, wait-for-dns, commit-activate/),
    });
    expect(await step(body.operation.id, 'wait-for-dns')).toMatchObject({
      code: 1,
      output: expect.stringContaining('has not come to the step wait-for-dns'),
    });
    expect(await statusOf(body.workflow.name)).toMatchObject({ status: 'submitted', commit: null });
  });

  it('does what is due, and nothing twice', async () => {
    const body = await must('deploy-service', { ...API, action: 'deploy', image_tag: '9.0.0' });
    expect(await step(body.operation.id, 'commit')).toMatchObject({ code: 0 });
    expect(await commitsAbout('9.0.0')).toHaveLength(1);
  });
});
