import { join } from 'node:path';
import { parse } from 'yaml';
import type { RestTestClient } from '../support/clients';
import { done, signedIn } from '../support/furnish';
import { FakeRuns } from '../support/github-runs';
import type { Loose } from '../support/loose';
import { git } from '../support/plain-git';
import { Program } from '../support/program';
import { aRepository, TestGithub } from '../support/test-github';

const API = { team: 'billing', service: 'api' };
const SOURCE = { repo: 'acme/api', git_tag: 'v1.1.0' };
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

let program: Program;
let github: TestGithub;
let runs: FakeRuns;
let env: Record<string, string>;

beforeAll(async () => {
  github = await TestGithub.start();
  runs = new FakeRuns(() => github.url);
  github.runs = runs;
  runs.workflows.add('acme/api');
  github.install(7, 'acme', [aRepository(1, 'acme/api')]);
  github.people.set('octocat', { admin: [1], sees: [] });
  env = { ...github.settings, MCTL_BUILDER: 'github', MCTL_IMAGE_REGISTRIES: 'ghcr.io/acme' };
  program = await Program.start({ env });
  await done(await admin(), 'create-tenant', { team: 'billing' });
  await grant();
});

afterAll(async () => {
  await program?.dispose();
  await github?.stop();
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

async function begun(operation: string, input: object): Promise<Loose> {
  const before = runs.runs.length;
  const { status, body } = await (await admin()).execute(operation, { ...input, wait_seconds: 0 });
  expect([status, body.code]).toEqual([202, undefined]);
  while (runs.runs.length === before) await new Promise((next) => setTimeout(next, 20));
  return body;
}

async function ended(client: RestTestClient, workflow: string): Promise<Loose> {
  for (;;) {
    const { body } = await client.get(`/api/v1/workflows/${workflow}`);
    if (['succeeded', 'failed'].includes(body.status as string)) return body;
    await new Promise((next) => setTimeout(next, 100));
  }
}

const file = (path: string) => git(program.gitDir, 'show', `main:platform-gitops/${path}`);
const reference = (letter: string) => `ghcr.io/acme/api:v1.1.0@${digest(letter)}`;

it('deploys from source: the build survives a restart, and the commit pins what it pushed', async () => {
  const input = { ...API, ...SOURCE, action: 'onboard' };
  const { body: dry } = await (await admin()).execute('deploy-service', { ...input, dry_run: true });
  expect(JSON.stringify(dry)).toContain('image_not_built_yet');
  expect(runs.runs).toEqual([]);
  const { workflow } = await begun('deploy-service', input);
  const { dataDir } = program;
  await program.stop('SIGKILL');
  runs.end('success', { notices: [reference('a')] });
  program = await Program.start({ env, dataDir });
  const result = await ended(await admin(), workflow.name as string);
  expect(result.status).toBe('succeeded');
  expect(runs.runs).toHaveLength(1);
  expect((result.steps as Loose[]).map(({ name, status }) => [name, status])).toEqual([
    ['build-image', 'succeeded'],
    ['plan', 'succeeded'],
    ['commit', 'succeeded'],
    ['push', 'succeeded'],
  ]);
  const values = parse(await file('services/billing/api/values.yaml'));
  expect(values.image).toEqual({ repository: 'ghcr.io/acme/api', tag: 'v1.1.0', digest: digest('a') });
}, 120_000);

it('a build that fails deploys nothing, and shows the end of its log as data', async () => {
  const before = await git(program.gitDir, 'rev-parse', 'main');
  const call = { ...API, ...SOURCE, action: 'deploy', idempotency_key: 'a-build-that-fails' };
  const { workflow } = await begun('deploy-service', call);
  runs.end('failure', { log: 'ERROR: tests failed' });
  const result = await ended(await admin(), workflow.name as string);
  expect(result).toMatchObject({ status: 'failed', error: expect.stringContaining('failure in job build') });
  expect((result.logs as Loose[]).map(({ line }) => line).join('\n')).toContain('ERROR: tests failed');
  expect(result.untrusted.fields).toContain('logs[].line');
  // Whoever repeats the call gets it with the error, in the envelope.
  const { body } = await (await admin()).execute('deploy-service', call);
  expect(body.error).toMatchObject({
    code: 'build_failed',
    details: { log: { integrity: 'untrusted', text: expect.stringContaining('ERROR: tests failed') } },
  });
  expect(await git(program.gitDir, 'rev-parse', 'main')).toBe(before);
}, 120_000);

it('previews a branch with the image that was built of it', async () => {
  const { workflow } = await begun('create-preview', { ...API, repo: 'acme/api', git_ref: 'feature/x' });
  runs.end('success', { notices: [reference('b')] });
  expect((await ended(await admin(), workflow.name as string)).status).toBe('succeeded');
  const [path = ''] = (
    await git(program.gitDir, 'ls-tree', '-r', '--name-only', 'main', 'platform-gitops/previews/')
  ).split('\n');
  const values = parse(await git(program.gitDir, 'show', `main:${join(path)}`));
  expect(values.image).toMatchObject({ tag: 'feature-x', digest: digest('b') });
}, 120_000);

it('refuses at once what no build could help: half a source, a database in the same call', async () => {
  const client = await admin();
  const refused = async (input: object) => {
    const { status, body } = await client.execute('deploy-service', { ...API, action: 'deploy', ...input });
    return [status, body.field];
  };
  expect(await refused({ git_tag: 'v1.1.0' })).toEqual([400, 'repo']);
  expect(await refused({ ...SOURCE, image_tag: '1' })).toEqual([400, 'git_tag']);
  expect(await refused({ ...SOURCE, provision_database: true })).toEqual([400, 'provision_database']);
});
