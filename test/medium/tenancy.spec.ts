import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RestTestClient } from '../support/clients';
import { bareRepository } from '../support/plain-git';
import { Program } from '../support/program';
import { tokenFor } from '../support/tokens';

let program: Program;
beforeAll(async () => {
  program = await Program.start();
});
afterAll(() => program?.dispose());

const as = async (login: string, at = program) => new RestTestClient(at.url, await tokenFor(at.dataDir, login));

/** Does it and waits until it has ended; destructive ones are confirmed. */
async function done(client: RestTestClient, operation: string, input: object) {
  const first = await client.execute(operation, { ...input, wait_seconds: 25 });
  if (first.status !== 428) return first;
  return client.execute(operation, { ...input, confirm_token: first.body.plan.confirm_token, wait_seconds: 25 });
}

describe('a name that is taken again', () => {
  it('S21 shows the new team nothing of the old one, whose people keep what they did', async () => {
    const [ada, eve, admin] = await Promise.all([as('ada'), as('eve'), as('admin')]);
    const created = await done(ada, 'create-tenant', { team: 'heirloom', reason: 'a reason of ada' });
    const deleted = await done(ada, 'delete-tenant', { team: 'heirloom' });
    expect(deleted.body.operation.status).toBe('succeeded');
    expect((await done(eve, 'create-tenant', { team: 'heirloom' })).body.operation.status).toBe('succeeded');

    for (const path of ['audit', 'workflows']) {
      const { body } = await eve.get(`/api/v1/${path}?team=heirloom`);
      expect(new Set(body.items.map(({ actor }: { actor: string }) => actor))).toEqual(new Set(['eve']));
      expect((await ada.get(`/api/v1/${path}`)).body.items).not.toEqual([]);
      const all = await admin.get(`/api/v1/${path}?team=heirloom`);
      expect(all.body.items.map(({ actor }: { actor: string }) => actor)).toEqual(
        expect.arrayContaining(['ada', 'eve']),
      );
    }
    const workflow = `/api/v1/workflows/${created.body.workflow.name}`;
    expect((await eve.get(workflow)).status).toBe(404);
    expect((await ada.get(workflow)).status).toBe(200);
  });
});

describe('owning teams', () => {
  it('is one each, and nobody is made an owner by somebody else’s call', async () => {
    const frank = await as('frank');
    const members = [{ user: 'gina', role: 'owner' }];
    const refused = await done(frank, 'create-tenant', { team: 'franks', members });
    expect(refused).toMatchObject({ status: 400, body: { code: 'further_owner', field: 'members' } });
    expect((await done(frank, 'create-tenant', { team: 'franks' })).body.operation.status).toBe('succeeded');
    const second = await done(frank, 'create-tenant', { team: 'franks-too' });
    expect(second).toMatchObject({ status: 403, body: { code: 'one_tenant_each' } });
    expect((await done(await as('admin'), 'create-tenant', { team: 'shared', members })).body.commit).not.toBeNull();
  });
});

it.each(['display_name', 'description'])('refuses a credential in %s, and repeats it nowhere', async (field) => {
  const value = `ghp_${'c4nary'.repeat(6)}`;
  const refused = await done(await as('admin'), 'create-tenant', { team: 'careless', [field]: value });
  expect(refused).toMatchObject({ status: 400, body: { code: 'credential_in_input', field } });
  expect(JSON.stringify(refused.body)).not.toContain('c4nary');
});

it('audits the first write of a minute that is one too many, and not the flood behind it', async () => {
  const limited = await Program.start({ env: { MCTL_WRITES_PER_MINUTE: '1' } });
  try {
    const flooder = await as('flooder', limited);
    const statuses: number[] = [];
    for (let call = 0; call < 5; call++) statuses.push((await flooder.execute('create-tenant', { team: 'No' })).status);
    expect(statuses).toEqual([400, 429, 429, 429, 429]);
    const { body } = await flooder.get('/api/v1/audit');
    expect(body.items.map(({ code }: { code: string }) => code)).toEqual(['rate_limited', 'invalid_input']);
  } finally {
    await limited.dispose();
  }
});

it('answers a write that failed with 409 and describes no change', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mctl-declined-'));
  const repository = await bareRepository(join(folder, 'remote.git'), { 'README.md': 'ours\n' });
  const hook = join(repository, 'hooks/pre-receive');
  writeFileSync(hook, '#!/bin/sh\nexit 1\n');
  chmodSync(hook, 0o755);
  const declined = await Program.start({ env: { MCTL_GITOPS_REMOTE: repository } });
  try {
    const { status, body } = await done(await as('admin', declined), 'create-tenant', { team: 'never' });
    expect(status).toBe(409);
    expect(body).toMatchObject({
      operation: { status: 'failed' },
      commit: null,
      changes: [],
      error: { code: 'gitops_declined' },
    });
    expect(body).not.toHaveProperty('namespace');
  } finally {
    await declined.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
});
