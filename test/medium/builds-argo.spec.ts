import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { FakeArgo, metadataOf } from '../support/fake-argo';
import { done, signedIn } from '../support/furnish';
import { FakeSource } from '../support/github-source';
import { KubeApi, type Rule } from '../support/kube-api';
import type { Loose } from '../support/loose';
import { git } from '../support/plain-git';
import { Program } from '../support/program';
import { aRepository, TestGithub } from '../support/test-github';

const NAMESPACE = 'mctl-builds';
const API = { team: 'billing', service: 'api' };
const SOURCE = { repo: 'acme/api', git_tag: 'v1.1.0' };
const COMMIT = 'c1'.repeat(20);
const IMAGE = 'registry.example.org/apps/billing/api';
/** All that builds ask for (docs/builder.md), and no more. */
const RULES: Rule[] = [
  { verbs: ['create', 'get', 'patch'], groups: ['argoproj.io'], resources: ['workflows'], namespaces: [NAMESPACE] },
  { verbs: ['create', 'delete'], groups: [''], resources: ['secrets'], namespaces: [NAMESPACE] },
  { verbs: ['list'], groups: [''], resources: ['pods'], namespaces: [NAMESPACE] },
  { verbs: ['get'], groups: [''], resources: ['pods/log'], namespaces: [NAMESPACE] },
];
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const folder = mkdtempSync(join(tmpdir(), 'mctl-builds-'));

let program: Program;
let github: TestGithub;
let api: KubeApi;
let argo: FakeArgo;
let env: Record<string, string>;

beforeAll(async () => {
  [github, api] = await Promise.all([TestGithub.start(), KubeApi.start()]);
  github.source = new FakeSource('acme/api');
  github.source.refs.set('tags/v1.1.0', { type: 'commit', sha: COMMIT });
  github.source.refs.set('heads/feature/x', { type: 'commit', sha: COMMIT });
  github.install(7, 'acme', [aRepository(1, 'acme/api')]);
  github.people.set('octocat', { admin: [1], sees: [] });
  api.objects.namespaces.add(NAMESPACE);
  api.allow('mctl-token', 'system:serviceaccount:mctl:mctl', RULES);
  argo = new FakeArgo(api, NAMESPACE);
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, api.kubeconfig('mctl-token'));
  env = {
    ...github.settings,
    MCTL_BUILDER: 'argo',
    MCTL_CLUSTER: 'kubernetes',
    MCTL_CLUSTER_INCIDENTS: '0s',
    MCTL_KUBECONFIG: kubeconfig,
    MCTL_BUILD_REGISTRY: 'registry.example.org/apps',
    MCTL_IMAGE_REGISTRIES: 'registry.example.org',
  };
  program = await Program.start({ env });
  await done(await admin(), 'create-tenant', { team: 'billing' });
  await grant();
});

afterAll(async () => {
  await program?.dispose();
  await Promise.all([github?.stop(), api?.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

const admin = () => signedIn(program, 'admin');

/** What a person does in a browser, once. */
async function grant(): Promise<void> {
  const { install_url: url } = await done(await admin(), 'grant-repo-access', { team: 'billing', repo: 'acme/api' });
  const state = new URL(url as string).searchParams.get('state') ?? '';
  const visit = (path: string, init: RequestInit = {}) =>
    fetch(new URL(path, program.url), { redirect: 'manual', ...init });
  const begun = await visit(`/github/setup?installation_id=7&setup_action=install&state=${state}`);
  const page = await (await visit(github.approve(begun.headers.get('location') ?? '', 'octocat'))).text();
  const token = /name="token" value="([^"]+)"/.exec(page)?.[1] ?? '';
  const agreed = await visit('/github/agree', {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: program.url },
    body: new URLSearchParams({ token }).toString(),
  });
  expect(agreed.status).toBe(200);
}

/** Until there is what is asked for; the test's own limit ends it otherwise. */
async function until<T>(question: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (;;) {
    const answer = await question();
    if (answer !== undefined) return answer;
    await new Promise((next) => setTimeout(next, 50));
  }
}

/** Calls, and waits until the pod of its build would have its credential. @returns names of the operation's workflow and of Argo's. */
async function begun(operation: string, input: object): Promise<{ workflow: string; build: string }> {
  const { status, body } = await (await admin()).execute(operation, { ...input, wait_seconds: 0 });
  expect([status, body.code]).toEqual([202, undefined]);
  const secret = await until(() => argo.secrets[0]);
  return { workflow: body.workflow.name as string, build: secret.metadata.name };
}

const ended = (workflow: string): Promise<Loose> =>
  until(async () => {
    const { body } = await (await admin()).get(`/api/v1/workflows/${workflow}`);
    return ['succeeded', 'failed'].includes(body.status as string) ? body : undefined;
  });

it('deploys from source: the build survives a restart, and the commit pins what it pushed', async () => {
  const input = { ...API, ...SOURCE, action: 'onboard' };
  const { body: dry } = await (await admin()).execute('deploy-service', { ...input, dry_run: true });
  expect(JSON.stringify(dry)).toContain(IMAGE);
  expect(argo.workflows).toEqual([]);
  const { workflow, build } = await begun('deploy-service', input);
  expect(argo.workflow(build)?.spec).toMatchObject({ workflowTemplateRef: { name: 'mctl-build', clusterScope: true } });
  const { dataDir } = program;
  await program.stop('SIGKILL');
  argo.end(build, { phase: 'Succeeded', metadata: metadataOf(digest('a')) });
  program = await Program.start({ env, dataDir });
  const result = await ended(workflow);
  expect(result.status).toBe('succeeded');
  expect([argo.workflows.length, argo.secrets]).toEqual([1, []]);
  const values = parse(await git(program.gitDir, 'show', 'main:platform-gitops/services/billing/api/values.yaml'));
  expect(values.image).toEqual({ repository: IMAGE, tag: 'v1.1.0', digest: digest('a') });
}, 120_000);

it('a build that fails deploys nothing, and shows the end of its log as data', async () => {
  const before = await git(program.gitDir, 'rev-parse', 'main');
  const call = { ...API, ...SOURCE, action: 'deploy', idempotency_key: 'a-build-that-fails' };
  const { workflow, build } = await begun('deploy-service', call);
  argo.pod(build, { phase: 'Failed' });
  argo.log(build, 'main', '#1 [internal] load build definition', 'ERROR: tests failed');
  argo.end(build, { phase: 'Failed', message: 'Error (exit code 1)' });
  const result = await ended(workflow);
  expect(result).toMatchObject({ status: 'failed', error: expect.stringContaining('exit code 1') });
  expect((result.logs as Loose[]).map(({ line }) => line).join('\n')).toContain('ERROR: tests failed');
  expect(argo.secrets).toEqual([]);
  expect(github.revoked.filter((token) => token.startsWith('ghs_'))).toHaveLength(1);
  expect(await git(program.gitDir, 'rev-parse', 'main')).toBe(before);
}, 120_000);

it('previews a branch with the image that was built of it, tagged with its commit', async () => {
  const { workflow, build } = await begun('create-preview', { ...API, repo: 'acme/api', git_ref: 'feature/x' });
  const parameters = (argo.workflow(build)?.spec as Loose).arguments.parameters as Loose[];
  expect(parameters).toContainEqual({ name: 'image', value: `${IMAGE}:${COMMIT}` });
  argo.end(build, { phase: 'Succeeded', metadata: metadataOf(digest('b')), packs: true });
  expect((await ended(workflow)).status).toBe('succeeded');
  const files = await git(program.gitDir, 'ls-tree', '-r', '--name-only', 'main', 'platform-gitops/previews/');
  const values = parse(await git(program.gitDir, 'show', `main:${files.split('\n')[0] ?? ''}`));
  expect(values.image).toMatchObject({ repository: IMAGE, tag: 'feature-x', digest: digest('b') });
}, 120_000);

it('keeps no credential of a build anywhere', async () => {
  const tokens = github.secrets.filter((each) => each.startsWith('ghs_'));
  expect(tokens.length).toBeGreaterThan(3);
  const workflows = JSON.stringify(argo.workflows);
  for (const token of tokens) expect(workflows + program.log.join('\n')).not.toContain(token);
  const { body } = await (await admin()).get('/api/v1/workflows?limit=20');
  for (const token of tokens) expect(JSON.stringify(body)).not.toContain(token);
});
