import { resolve } from 'node:path';
import { Operations } from '../../src/platform/operations/operations';
import { OperationRegistry } from '../../src/platform/operations/registry';
import { OperationStore } from '../../src/platform/operations/operation-store';
import { SystemCalls } from '../../src/platform/operations/system-calls';
import { type Actor, systemActor } from '../../src/platform/auth/actor';
import { parseInput } from '../../src/platform/schema';
import { Store } from '../../src/platform/store';
import { Workplace } from '../support/commands';
import { done, furnish, PEOPLE, signedIn } from '../support/furnish';
import { GITHUB_NOWHERE } from '../support/github-settings';
import { IntakeVisitor } from '../support/intake-visitor';
import type { Loose } from '../support/loose';
import { commitsOf, git } from '../support/plain-git';
import { Program } from '../support/program';
import { ScratchApp } from '../support/scratch-app';
import { tokenFor } from '../support/tokens';
import { DOMAIN, exampleOf, type Furniture } from '../support/tool-examples';

/** What read-only means for each way in (docs/security.md): asked where the work is done, beneath the doors. */
const READ_ONLY = { ...GITHUB_NOWHERE, MCTL_READ_ONLY: 'true' };
const KILL_AT = resolve(__dirname, '../support/kill-at.js');

let dataDir: string;
let gitDir: string;
let about: Furniture;
let link: string;
let scratch: ScratchApp;
let before: object;

/** A link that was opened, and an operation that was accepted, while writing was still allowed. */
beforeAll(async () => {
  const first = await Program.start({ env: { ...GITHUB_NOWHERE } });
  ({ dataDir, gitDir } = first);
  about = await furnish(first);
  const asked = { ...{ team: about.team, service: about.service }, action: 'update-config', secret_names: ['LATE'] };
  link = ((await done(await signedIn(first, 'admin'), 'deploy-service', asked)).intake as { url: string }).url;
  await first.stop();
  scratch = await ScratchApp.start({ ...READ_ONLY, MCTL_DATA_DIR: dataDir });
  before = await state();
});

afterAll(() => scratch?.stop());

/** What must stay: the branch, operations, values of secrets and grants. */
async function state(): Promise<object> {
  const { db } = scratch.app.get(Store);
  return {
    head: await git(gitDir, 'rev-parse', 'main'),
    operations: await db.selectFrom('operations').select(['id', 'status']).orderBy('id').execute(),
    secrets: await db.selectFrom('secrets').select(['name', 'version']).orderBy('name').execute(),
    grants: await db.selectFrom('repository_grants').selectAll().execute(),
  };
}

const admin: Actor = { login: 'admin', method: 'local', isAdmin: true, via: { door: 'rest', requestId: 'test' } };

it.each<[string, Actor]>([
  ['an administrator', admin],
  ['MCTL itself', systemActor('preview-sweeper', 'test')],
])('S23 the executor refuses every operation, dry runs too, whoever asks: %s', async (_, actor) => {
  const operations = scratch.app.get(OperationRegistry).all();
  expect(operations.length).toBeGreaterThanOrEqual(18);
  for (const operation of operations) {
    for (const dry_run of [false, true]) {
      const input = parseInput(operation.input, { ...exampleOf(operation.tool, about), dry_run });
      const refusal = scratch.app.get(Operations).run(operation, actor, input);
      await expect(refusal).rejects.toMatchObject({ code: 'read_only' });
    }
  }
  expect(await state()).toEqual(before);
});

it('S23 what MCTL does by itself is refused like everybody’s writes', async () => {
  const operation = scratch.app.get(OperationRegistry).get('remove-custom-domain');
  const input = { team: about.team, service: about.service, domain: DOMAIN };
  const call = { login: 'domain-sweeper', subject: 'test', firstPauseMs: 1, input };
  await scratch.app.get(SystemCalls).submit(operation, call);
  expect(await scratch.app.get(OperationStore).findByKey('system:domain-sweeper', 'test:1')).toBeUndefined();
  expect(await state()).toEqual(before);
});

it('S23 every door answers a write with 403 read_only, and a report by hand too', async () => {
  const place = { url: scratch.url, dataDir };
  const client = await signedIn(place, 'admin');
  for (const operation of scratch.app.get(OperationRegistry).all()) {
    const { status, body } = await client.execute(operation.name, exampleOf(operation.tool, about));
    expect([operation.name, status, body.code]).toEqual([operation.name, 403, 'read_only']);
  }
  const report = JSON.stringify({ team: about.team, type: 'pod_crashloop', summary: 'again and again' });
  const { status, body } = await client.request('POST', '/api/v1/incidents', report);
  expect([status, body.code]).toEqual([403, 'read_only']);
  expect(await state()).toEqual(before);
});

it('S23 an open page takes no value, and says why', async () => {
  const visitor = new IntakeVisitor(link.replace(/^http:\/\/[^/]+/, scratch.url));
  await visitor.enter(await tokenFor(dataDir, 'admin'));
  const { status, text } = await visitor.store(['too-late']);
  expect([status, text]).toEqual([403, expect.stringContaining('read-only')]);
  expect(await state()).toEqual(before);
});

it('S23 reads go on', async () => {
  const client = await signedIn({ url: scratch.url, dataDir }, PEOPLE.viewer);
  for (const path of ['services?team=billing', 'workflows', 'audit', 'incidents', 'services/billing/api']) {
    expect([path, (await client.get(`/api/v1/${path}`)).status]).toEqual([path, 200]);
  }
});

it('S23 the command line refuses, too', async () => {
  const place = new Workplace();
  try {
    const input = '{"team":"late"}';
    const { code, stdout, stderr } = await place.mctl(['run-operation', 'create-tenant', '--input', input], {
      env: { MCTL_READ_ONLY: 'true' },
    });
    expect([code, stdout + stderr]).toEqual([4, expect.stringContaining('read_only')]);
  } finally {
    place.dispose();
  }
});

it('S23 what was accepted before waits, and is done when writing is allowed again', async () => {
  const dying = await Program.start({ nodeArguments: ['--require', KILL_AT], env: { KILL_AT: 'submitted' } });
  process.kill(dying.pid, 'SIGCONT');
  // Answered by the event loop that has seen the signal by then.
  for (let round = 0; round < 2; round++) await (await signedIn(dying, 'admin')).get('/healthz');
  const call = { team: 'patience', idempotency_key: 'patience-0001', wait_seconds: 25 };
  const cut = await (await signedIn(dying, 'admin')).execute('create-tenant', call).catch(() => undefined);
  expect([cut, await dying.exited()]).toEqual([undefined, 'SIGKILL']);

  const place = { dataDir: dying.dataDir };
  const resting = await Program.start({ ...place, env: { MCTL_READ_ONLY: 'true' } });
  const created = async () => (await commitsOf(resting.gitDir)).filter(({ message }) => message.includes('patience'));
  const [item] = (await (await signedIn(resting, 'admin')).get('/api/v1/workflows')).body.items as Loose[];
  const workflow = (await (await signedIn(resting, 'admin')).get(`/api/v1/workflows/${item.workflow}`)).body;
  expect(workflow).toMatchObject({ status: 'submitted', warnings: [{ code: 'read_only' }] });
  await resting.stop();
  expect(await created()).toEqual([]);

  const working = await Program.start(place);
  const { body } = await (await signedIn(working, 'admin')).execute('create-tenant', call);
  expect([body.operation.status, (await created()).length]).toEqual(['succeeded', 1]);
  await working.dispose();
});
