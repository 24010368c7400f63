import { callMcp } from '../support/doors';
import { done, signedIn } from '../support/furnish';
import type { Loose } from '../support/loose';
import { ScratchApp } from '../support/scratch-app';
import { tokenFor } from '../support/tokens';
import { Api, pathOfObject } from './support/api';
import { application, pod, statusAt } from './support/objects';
import { facts, settings, until } from './support/place';

/** The whole of MCTL, as the account of the chart, on the real API server. The test is Argo CD. */
const here = facts();
const { team } = here.namespaces;
const NAME = `${team}-api`;
const admin = new Api(here.adminKubeconfig);
const labels = { 'mctl.dev/team': team, 'mctl.dev/service': 'api' };
const path = pathOfObject(application(here, NAME));
let scratch: ScratchApp;

beforeAll(async () => {
  scratch = await ScratchApp.start({
    ...settings(here),
    MCTL_CLUSTER_INCIDENTS: '1s',
    MCTL_READS_PER_MINUTE: '100000',
  });
  const client = await signedIn(scratch, 'admin');
  await done(client, 'create-tenant', { team });
  const first = { action: 'onboard', image: 'ghcr.io/acme/api', image_tag: '1.0.0' };
  await done(client, 'deploy-service', { team, service: 'api', ...first });
});
afterAll(async () => {
  await scratch?.stop();
  await admin.remove(path);
});

async function ask(tool: string, args: object): Promise<Loose> {
  return (await callMcp(scratch.url, await tokenFor(scratch.dataDir, 'admin'), tool, args)).body;
}

const status = () => ask('mctl_get_service_status', { team, service: 'api' });

async function deploy(tag: string): Promise<{ commit: string; workflow: string }> {
  const client = await signedIn(scratch, 'admin');
  const { commit, workflow } = await done(client, 'deploy-service', {
    team,
    service: 'api',
    action: 'deploy',
    image_tag: tag,
  });
  return { commit: commit.sha, workflow: workflow.name };
}

it('a commit is open, moving, complete or failed as Argo CD says, and Argo CD is told to look', async () => {
  const before = await status();
  expect(before).toMatchObject({ health: { status: 'Missing' }, source: { cluster: { state: 'ok' } } });
  await admin.create(application(here, NAME, labels));
  await until(status, ({ health }) => health.status !== 'Missing');
  const { commit, workflow } = await deploy('2.0.0');
  await until(
    () => admin.ask('GET', path),
    ({ metadata }) => metadata.annotations?.['argocd.argoproj.io/refresh'] === 'normal',
  );
  const rollout = async (): Promise<Loose> => (await ask('mctl_get_workflow_status', { workflow })).rollout[0];
  const become = (value: Loose) => admin.patch(path, { status: value });

  await become(statusAt('1'.repeat(40)));
  await until(rollout, ({ open }) => open[0]?.includes('111111111111') ?? false);
  await become(statusAt(commit, 'Progressing', 'OutOfSync'));
  const moving = await until(rollout, ({ revision }) => revision === commit);
  expect(moving).toMatchObject({ state: 'open', open: ['Sync is OutOfSync.', 'Health is Progressing.'] });
  await become(statusAt(commit));
  expect(await until(rollout, ({ state }) => state === 'complete')).toMatchObject({ application: NAME, open: [] });
  await become(statusAt(commit, 'Degraded'));
  await until(rollout, ({ state }) => state === 'failed');
});

it('pods and their troubles stand beside what is declared', async () => {
  const running = pod(here, `${NAME}-7d9c5b6f4d-bbbbb`, { 'app.kubernetes.io/instance': NAME });
  await admin.create(running);
  expect((await status()).replicas.ready).toBe(0);
  await admin.patch(`${pathOfObject(running)}/status`, {
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  });
  await until(status, ({ replicas }) => replicas.ready === 1);
});

it('logs of a pod that never ran: none, and said so', async () => {
  const answer = await ask('mctl_get_service_logs', { team, service: 'api' });
  expect(answer.source.logs ?? answer.source.cluster).toMatchObject({ state: expect.any(String) });
  expect(JSON.stringify(answer)).toMatch(/not started|no log|silent/i);
});
