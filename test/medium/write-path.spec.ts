import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { McpTestClient, RestTestClient } from '../support/clients';
import { faultsAtRest, readLedger } from '../support/ledger';
import { commitsOf, git, Person, trailer } from '../support/plain-git';
import { Program } from '../support/program';
import { tokenFor } from '../support/tokens';

const ROOT = 'platform-gitops';
let program: Program;
let scratch: string;

const as = async (login: string) => new RestTestClient(program.url, await tokenFor(program.dataDir, login));
const count = async () => Number(await git(program.gitDir, 'rev-list', '--count', 'main'));
const head = () => git(program.gitDir, 'rev-parse', 'main');
const show = (path: string) => git(program.gitDir, 'show', `main:${ROOT}/${path}`);
const created = async (team: string) =>
  (await commitsOf(program.gitDir)).filter(({ subject }) => subject.startsWith(`create-tenant(${team}):`));

async function workflowCount(): Promise<number> {
  const admin = await as('admin');
  return (await admin.get('/api/v1/workflows?limit=100')).body.count as number;
}

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'mctl-write-path-'));
  program = await Program.start();
});

afterAll(async () => {
  await program?.dispose();
  rmSync(scratch, { recursive: true, force: true });
});

describe('many writers at once', () => {
  it('puts each of 32 tenants of 32 people on the branch once, and every answer is true', async () => {
    const before = await count();
    const answers = await Promise.all(
      Array.from({ length: 32 }, async (_, index) => {
        const client = await as(`writer-${index}`);
        return client.execute('create-tenant', { team: `load-${index}`, reason: `reason ${index}`, wait_seconds: 25 });
      }),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(await count()).toBe(before + 32);
    const commits = await commitsOf(program.gitDir);
    expect(commits.slice(1).every(({ parents }, index) => parents.join() === commits[index]?.sha)).toBe(true);
    for (const [index, { body }] of answers.entries()) {
      const [commit, ...others] = await commitsFor(commits, `load-${index}`);
      expect(others).toEqual([]);
      expect(body.operation.status).toBe('succeeded');
      expect(body.commit.sha).toBe(commit?.sha);
      expect(commit?.author).toBe(`writer-${index} <writer-${index}@users.noreply.mctl.local>`);
      expect(commit?.committer).toBe('MCTL <mctl@localhost>');
      expect(Object.fromEntries(commit?.trailers ?? [])).toEqual({
        'Operation-Id': body.operation.id,
        Operation: 'create-tenant',
        'Requested-By': `writer-${index}`,
        'Auth-Method': 'local',
        Client: expect.any(String),
        'Request-Id': expect.any(String),
        Workflow: body.workflow.name,
        'Plan-Digest': expect.stringMatching(/^[0-9a-f]{64}$/),
        'Audit-Head': expect.stringMatching(/^\d+ [0-9a-f]{64}$/),
      });
      expect(commit?.message).toContain(`\n\nreason ${index}\n\n`);
      expect(await show(`tenants/load-${index}/values.yaml`)).toContain(`writer-${index}`);
    }
    const client = await as('writer-7');
    const audit = await client.get('/api/v1/audit?team=load-7');
    expect(audit.body.items.map(({ status }: { status: string }) => status)).toEqual(['succeeded', 'submitted']);
  });

  const commitsFor = async (commits: Awaited<ReturnType<typeof commitsOf>>, team: string) =>
    commits.filter(({ subject }) => subject.startsWith(`create-tenant(${team}):`));

  it('gives a name that six people want to one of them and tells the others', async () => {
    const before = await count();
    const answers = await Promise.all(
      Array.from({ length: 6 }, async (_, index) => {
        const client = await as(`rival-${index}`);
        return client.execute('create-tenant', { team: 'wanted', wait_seconds: 25 });
      }),
    );
    const won = answers.filter(({ status, body }) => status === 200 && body.operation.status === 'succeeded');
    const lost = answers.filter((answer) => !won.includes(answer));
    expect(won).toHaveLength(1);
    expect(await count()).toBe(before + 1);
    expect((await created('wanted')).map(({ sha }) => sha)).toEqual([won[0]?.body.commit.sha]);
    for (const { status, body } of lost) {
      // Refused when the call came in, or accepted and lost against the one before it.
      expect([status, body.error?.code ?? body.code]).toEqual([409, 'team_exists']);
      if (body.operation) expect(body).toMatchObject({ commit: null, changes: [], operation: { status: 'failed' } });
    }
  });

  it('does one thing for one idempotency key, however often it is sent at once', async () => {
    const before = await count();
    const client = await as('repeater');
    const call = { team: 'repeated', idempotency_key: 'repeat-000001', wait_seconds: 25 };
    const answers = await Promise.all(Array.from({ length: 10 }, () => client.execute('create-tenant', call)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map(({ body }) => body.operation.id)).size).toBe(1);
    expect(new Set(answers.map(({ body }) => body.commit.sha)).size).toBe(1);
    expect(await count()).toBe(before + 1);
    const [commit] = await created('repeated');
    expect(commit && trailer(commit, 'Idempotency-Key')).toBe('repeat-000001');
  });

  it('refuses the key for another call and keeps it apart per person', async () => {
    const before = await count();
    const other = await (
      await as('repeater')
    ).execute('create-tenant', { team: 'elsewhere', idempotency_key: 'repeat-000001' });
    expect(other).toMatchObject({ status: 409, body: { code: 'idempotency_key_reused', field: 'idempotency_key' } });
    expect(await count()).toBe(before);
    const stranger = await (
      await as('namesake')
    ).execute('create-tenant', { team: 'namesake', idempotency_key: 'repeat-000001', wait_seconds: 25 });
    expect(stranger.body.operation.status).toBe('succeeded');
  });
});

describe('somebody pushes past MCTL', () => {
  it('loses nothing of either side while both write', async () => {
    const person = await Person.clone(program.gitDir, join(scratch, 'busy'));
    const admin = await as('admin');
    let isDone = false;
    let pushes = 0;
    const pushing = (async () => {
      while (!isDone) {
        await person.publish({ [`notes/${pushes + 1}.md`]: `note ${pushes + 1}\n` }, `docs: note ${pushes + 1}`);
        pushes++;
        await sleep(150);
      }
    })();
    const answers: { sha: string; team: string }[] = [];
    for (let round = 0; round < 4; round++) {
      const batch = await Promise.all(
        Array.from({ length: 6 }, async (_, index) => {
          const team = `busy-${round}-${index}`;
          const { body } = await admin.execute('create-tenant', { team, wait_seconds: 25 });
          return { team, sha: body.commit?.sha as string };
        }),
      );
      answers.push(...batch);
      // A person with a slow git would lose every race against writers that never pause.
      while (pushes <= round) await sleep(20);
    }
    isDone = true;
    await pushing;
    const commits = await commitsOf(program.gitDir);
    expect(pushes).toBeGreaterThan(1);
    for (let note = 1; note <= pushes; note++) {
      expect(commits.filter(({ subject }) => subject === `docs: note ${note}`)).toHaveLength(1);
    }
    for (const { sha, team } of answers) {
      expect(
        commits.filter(({ subject }) => subject.startsWith(`create-tenant(${team}):`)).map((commit) => commit.sha),
      ).toEqual([sha]);
    }
    expect((await git(program.gitDir, 'ls-tree', '--name-only', 'main', 'notes/')).split('\n')).toHaveLength(pushes);
  });

  it('sees at once what was pushed', async () => {
    const person = await Person.clone(program.gitDir, join(scratch, 'seen'));
    await person.publish(
      {
        [`${ROOT}/tenants/by-hand/values.yaml`]:
          'tenant:\n  name: by-hand\n  members:\n    - {user: hand, role: owner}\n',
      },
      'feat: a tenant by hand',
    );
    const answer = await (await as('hand')).execute('create-tenant', { team: 'by-hand' });
    expect(answer).toMatchObject({ status: 409, body: { code: 'team_exists' } });
  });
});

describe('one service that many people change', () => {
  let owner: RestTestClient;
  const api = { team: 'crowded', service: 'api' };
  const history = async () =>
    (await commitsOf(program.gitDir)).filter(({ subject }) => subject.includes('(crowded/api)'));
  const tag = async () => /^ {2}tag: ["']?([^"'\s]+)/m.exec(await show('services/crowded/api/values.yaml'))?.[1];

  beforeAll(async () => {
    owner = await as('crowd-owner');
    await owner.execute('create-tenant', { team: 'crowded', wait_seconds: 25 });
    const image = { image: 'ghcr.io/acme/api', image_tag: 'v0' };
    const { body } = await owner.execute('deploy-service', { ...api, ...image, action: 'onboard', wait_seconds: 25 });
    expect(body.operation).toMatchObject({ status: 'succeeded' });
  });

  it('gets every deployment as a commit, in some order', async () => {
    const before = (await history()).length;
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        owner.execute('deploy-service', { ...api, action: 'deploy', image_tag: `v1.${index}`, wait_seconds: 25 }),
      ),
    );
    expect(answers.map(({ body }) => body.operation?.status)).toEqual(answers.map(() => 'succeeded'));
    const commits = (await history()).slice(before);
    expect(commits.map(({ sha }) => sha).sort()).toEqual(answers.map(({ body }) => body.commit.sha as string).sort());
    expect(commits.at(-1)?.subject).toContain(await tag());
  });

  it('is rolled back to what stood on the branch before, whoever deploys at the same moment', async () => {
    await Promise.all([
      owner.execute('deploy-service', { ...api, action: 'deploy', image_tag: 'v2', wait_seconds: 25 }),
      owner.execute('rollback-service', { ...api, wait_seconds: 25 }),
      owner.execute('deploy-service', { ...api, action: 'deploy', image_tag: 'v3', wait_seconds: 25 }),
    ]);
    const tags = await Promise.all(
      (await history()).map(async ({ sha, subject }) => {
        const file = await git(program.gitDir, 'show', `${sha}:${ROOT}/services/crowded/api/values.yaml`);
        return { subject, tag: /^ {2}tag: ["']?([^"'\s]+)/m.exec(file)?.[1] };
      }),
    );
    const at = tags.findIndex(({ subject }) => subject.startsWith('rollback'));
    expect(at).toBeGreaterThan(1);
    expect(tags[at]?.tag).toBe(tags[at - 2]?.tag);
    expect(tags.map(({ tag: each }) => each)).toEqual(expect.arrayContaining(['v2', 'v3']));
  });
});

describe('confirmation', () => {
  const make = async (owner: string, team: string) => {
    const client = await as(owner);
    expect((await client.execute('create-tenant', { team, wait_seconds: 25 })).body.operation.status).toBe('succeeded');
    return client;
  };

  it('S50 asks with 428 first, does it once with the token and refuses the token afterwards', async () => {
    const client = await make('careful', 'careful');
    const before = await head();
    const asked = await client.execute('delete-tenant', { team: 'careful', reason: 'not needed' });
    expect(asked).toMatchObject({
      status: 428,
      body: { operation: { id: null, status: 'confirmation_required' }, commit: null },
    });
    expect(asked.body.plan.destroys).toContainEqual({ kind: 'namespace', name: 'careful' });
    expect(await head()).toBe(before);
    const call = {
      team: 'careful',
      reason: 'not needed',
      confirm_token: asked.body.plan.confirm_token as string,
      wait_seconds: 25,
    };
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.execute('delete-tenant', call)));
    const done = answers.filter(({ body }) => body.operation?.status === 'succeeded');
    expect(done).toHaveLength(1);
    for (const { status, body } of answers.filter((answer) => !done.includes(answer))) {
      expect([404, 409]).toContain(status);
      expect(['confirmation_invalid', 'team_not_found']).toContain(body.code);
    }
    expect(await git(program.gitDir, 'rev-parse', 'main^')).toBe(before);
    await expect(show('tenants/careful/values.yaml')).rejects.toThrow();
    const [commit] = (await commitsOf(program.gitDir)).slice(-1);
    expect(commit?.subject).toMatch(/^delete-tenant\(careful\)/);
    expect(commit && trailer(commit, 'Plan-Digest')).toBe(asked.body.plan.digest);
  });

  it('answers a repeated deletion with the first answer, though the team is gone by then', async () => {
    const client = await make('undoer', 'undone');
    const call = { team: 'undone', idempotency_key: 'delete-undone' };
    const token = (await client.execute('delete-tenant', call)).body.plan.confirm_token as string;
    const confirmed = { ...call, confirm_token: token, wait_seconds: 25 };
    const first = await client.execute('delete-tenant', confirmed);
    const again = await client.execute('delete-tenant', confirmed);
    expect(again).toMatchObject({ status: 200, body: { operation: first.body.operation, commit: first.body.commit } });
    expect((await client.execute('delete-tenant', { ...confirmed, team: 'nobodys' })).status).toBe(409);
  });

  it('S50 refuses a token of another person, for other arguments, tampered with, and of an earlier life of the name', async () => {
    const client = await make('owner-a', 'guarded');
    await make('owner-b', 'other-one');
    const before = await head();
    const token = (await client.execute('delete-tenant', { team: 'guarded' })).body.plan.confirm_token as string;
    const admin = await as('admin');
    const refused = [
      await admin.execute('delete-tenant', { team: 'guarded', confirm_token: token }),
      await client.execute('delete-tenant', { team: 'guarded', reason: 'another', confirm_token: token }),
      await client.execute('delete-tenant', { team: 'guarded', confirm_token: `${token.slice(0, -4)}AAAA` }),
      await client.execute('delete-tenant', { team: 'guarded', confirm_token: 'nonsense' }),
      await admin.execute('delete-tenant', { team: 'other-one', confirm_token: token }),
    ];
    expect(refused.map(({ status, body }) => [status, body.code])).toEqual(
      refused.map(() => [409, 'confirmation_invalid']),
    );
    expect(await head()).toBe(before);
    const done = await client.execute('delete-tenant', { team: 'guarded', confirm_token: token, wait_seconds: 25 });
    expect(done.body.operation.status).toBe('succeeded');
    await make('owner-a', 'guarded');
    const again = await client.execute('delete-tenant', { team: 'guarded', confirm_token: token });
    expect(again).toMatchObject({ status: 409, body: { code: 'stale_plan' } });
  });

  it('S52 refuses a plan that somebody’s push has made stale, and another push leaves it valid', async () => {
    const client = await make('owner-c', 'moving');
    const person = await Person.clone(program.gitDir, join(scratch, 'stale'));
    const first = (await client.execute('delete-tenant', { team: 'moving' })).body.plan.confirm_token as string;
    await person.publish(
      { [`${ROOT}/services/moving/api/values.yaml`]: 'image:\n  repository: example.org/api\n  tag: "1"\n' },
      'feat: a service by hand',
    );
    const before = await head();
    const stale = await client.execute('delete-tenant', { team: 'moving', confirm_token: first });
    expect(stale).toMatchObject({ status: 409, body: { code: 'stale_plan', field: 'confirm_token' } });
    expect(await head()).toBe(before);
    const second = await client.execute('delete-tenant', { team: 'moving' });
    expect(second.body.plan.destroys).toContainEqual({ kind: 'service', name: 'moving/api' });
    await person.publish({ 'notes/unrelated.md': 'unrelated\n' }, 'docs: unrelated');
    const done = await client.execute('delete-tenant', {
      team: 'moving',
      confirm_token: second.body.plan.confirm_token,
      wait_seconds: 25,
    });
    expect(done.body.operation.status).toBe('succeeded');
    expect(await git(program.gitDir, 'ls-tree', '-r', '--name-only', 'main', `${ROOT}/services/moving/`)).toBe('');
  });
});

describe('a dry run', () => {
  it('writes nothing, and shows the diff that the commit then has', async () => {
    const client = await as('planner');
    const call = {
      team: 'planned',
      display_name: 'Planned: "team" #1',
      members: [{ user: 'ann', role: 'viewer' }],
      quota_pods: 17,
    };
    const [before, workflows] = [await head(), await workflowCount()];
    const dry = await client.execute('create-tenant', { ...call, dry_run: true, idempotency_key: 'dry-run-0001' });
    expect(dry).toMatchObject({
      status: 200,
      body: { operation: { id: null, status: 'planned' }, workflow: null, commit: null },
    });
    expect(await head()).toBe(before);
    expect(await workflowCount()).toBe(workflows);
    const done = await client.execute('create-tenant', { ...call, idempotency_key: 'dry-run-0001', wait_seconds: 25 });
    expect(done.body.operation.status).toBe('succeeded');
    expect(changedLines(dry.body.plan.diff as string)).toEqual(
      changedLines(await git(program.gitDir, 'show', '--format=', 'main')),
    );
    const [commit] = (await commitsOf(program.gitDir)).slice(-1);
    expect(commit && trailer(commit, 'Plan-Digest')).toBe(dry.body.plan.digest);
  });

  it('shows what a deletion takes away, byte for byte', async () => {
    const client = await as('planner');
    const asked = await client.execute('delete-tenant', { team: 'planned', dry_run: true });
    expect(asked.body.operation.status).toBe('planned');
    expect(asked.body.plan.confirm_token).toBeUndefined();
    const { body } = await client.execute('delete-tenant', { team: 'planned' });
    await client.execute('delete-tenant', {
      team: 'planned',
      confirm_token: body.plan.confirm_token,
      wait_seconds: 25,
    });
    expect(changedLines(asked.body.plan.diff as string)).toEqual(
      changedLines(await git(program.gitDir, 'show', '--format=', 'main')),
    );
  });
});

describe('the other door', () => {
  it('writes the same commit through MCP and tells its progress', async () => {
    const client = await McpTestClient.connect(program.url, await tokenFor(program.dataDir, 'assistant'));
    const progress: unknown[] = [];
    const { isError, data } = await client.call(
      'mctl_create_tenant',
      { team: 'by-mcp', reason: 'Reviewed-By: nobody', wait_seconds: 25 },
      (step) => progress.push(step),
    );
    await client.close();
    expect(isError).toBe(false);
    expect(data.operation.status).toBe('succeeded');
    expect(progress.length).toBeGreaterThan(0);
    const [commit] = await created('by-mcp');
    expect(commit?.sha).toBe(data.commit.sha);
    expect(commit?.trailers.map(([key]) => key)).not.toContain('Reviewed-By');
    expect(commit && trailer(commit, 'Requested-By')).toBe('assistant');
  });

  it('S33 keeps line breaks and look-alikes in a reason from becoming trailers', async () => {
    const client = await as('forger');
    const reason = 'fine\n\nOperation-Id: 00000000000000000000000000\r\nRequested-By: admin\u2028Auth-Method: oidc';
    const { body } = await client.execute('create-tenant', { team: 'forged', reason, wait_seconds: 25 });
    if (body.operation === undefined) return expect(body.code).toBe('invalid_input');
    const [commit] = await created('forged');
    expect(
      commit?.trailers
        .filter(([key]) => ['Operation-Id', 'Requested-By', 'Auth-Method'].includes(key))
        .map(([, value]) => value),
    ).toEqual([body.operation.id, 'forger', 'local']);
  });
});

describe('the end of the process', () => {
  it('drains on SIGTERM, goes on after the restart and answers old keys as before', async () => {
    const admin = await as('admin');
    const calls = Array.from({ length: 12 }, (_, index) => ({
      team: `drained-${index}`,
      idempotency_key: `drain-${randomUUID()}`,
    }));
    const accepted = await Promise.all(calls.map((call) => admin.execute('create-tenant', call)));
    expect(accepted.map(({ body }) => body.operation.status)).not.toContain('failed');
    expect(await program.stop('SIGTERM')).not.toBe('SIGKILL');
    program = await Program.start({ dataDir: program.dataDir });
    const client = await as('admin');
    for (const [index, call] of calls.entries()) {
      const { body } = await client.execute('create-tenant', { ...call, wait_seconds: 25 });
      expect(body.operation).toEqual({
        id: accepted[index]?.body.operation.id,
        name: 'create-tenant',
        status: 'succeeded',
      });
      expect(await created(call.team)).toHaveLength(1);
    }
    const old = await (
      await as('repeater')
    ).execute('create-tenant', { team: 'repeated', idempotency_key: 'repeat-000001' });
    expect(old.body.commit.sha).toBe((await created('repeated'))[0]?.sha);
  });

  it('leaves books that agree: queue, audit chain and branch', async () => {
    await program.stop();
    const ledger = await readLedger(program.dataDir, program.gitDir);
    expect(ledger.operations.length).toBeGreaterThan(70);
    expect(faultsAtRest(ledger)).toEqual([]);
    expect((await git(program.gitDir, 'fsck', '--strict')).replace(/^dangling.*$/gm, '').trim()).toBe('');
  });
});

/** Added and removed lines with the file they belong to; files may come in another order, hunks be cut differently. */
function changedLines(diff: string): string[] {
  let file = '';
  const lines = diff.split('\n').flatMap((line) => {
    const header = /^(?:---|\+\+\+) (?:[ab]\/(.*)|\/dev\/null)$/.exec(line);
    if (header) file = header[1]?.trim() ?? file;
    return !header && /^[+-]/.test(line) ? [`${file}: ${line}`] : [];
  });
  return lines.sort();
}
