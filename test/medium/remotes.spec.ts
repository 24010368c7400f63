import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { type HttpBackend, startHttpBackend } from '../../src/platform/gitops/git/testing/http-backend';
import { RestTestClient, type RestResult } from '../support/clients';
import { faultsAtRest, readLedger } from '../support/ledger';
import { bareRepository, commitsOf, git, Person } from '../support/plain-git';
import { Program } from '../support/program';
import { tokenFor } from '../support/tokens';

const ROOT = 'platform-gitops';

/** A repository that people and another platform have kept by hand. */
const INHERITED: Record<string, string> = {
  'README.md': '# Ours\n',
  'apps/unrelated.yaml': 'a: [\n',
  [`${ROOT}/tenants/legacy/values.yaml`]:
    '# kept by hand since 2021\r\ntenant:   {name: legacy, members: [ {user: "Ada",role: owner}, {user: eve, role: king} ],\r\n  quotas: {requests.cpu: "0.5", pods: 10}}   # odd\r\n',
  [`${ROOT}/tenants/empty/values.yaml`]:
    'tenant:\n    name: empty\n    members:\n    -   userId: ada   # indented so\n        role: viewer\n',
  [`${ROOT}/tenants/broken/values.yaml`]: 'tenant:\n  name: broken\n  members: [\n',
  [`${ROOT}/tenants/latin/values.yaml`]: 'tenant:\n  name: latin\n',
  [`${ROOT}/services/legacy/api/values.yaml`]:
    "# the API\nimage: {repository: ghcr.io/acme/api, tag: 1.10}\nenv: {}\nprobes:\n    liveness: null\ningress:\n    hosts: ['a.example.org', {host: b.example.org}]\n",
  [`${ROOT}/services/legacy/worker/values.yaml`]:
    'replicaCount: 0\nimage:\n  repository: ghcr.io/acme/worker\n  tag: 0123456\n',
  [`${ROOT}/services/legacy/damaged/values.yaml`]: 'image:\n\trepository: tab\n',
};

async function inherited(folder: string): Promise<string> {
  const repository = await bareRepository(folder, INHERITED);
  const person = await Person.clone(repository, `${folder}.latin`);
  const text = Buffer.concat([Buffer.from('tenant:\n  name: latin # '), Buffer.from([0xe9, 0x0a])]);
  writeFileSync(join(person.folder, `${ROOT}/tenants/latin/values.yaml`), text);
  await person.commit({}, 'chore: latin');
  await person.push();
  return repository;
}

async function until<T>(look: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await look();
    if (holds(value)) return value;
    await sleep(50);
  }
}

let scratch: string;
beforeAll(() => void (scratch = mkdtempSync(join(tmpdir(), 'mctl-remotes-'))));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('a repository that was there before', () => {
  let repository: string;
  let program: Program;
  let admin: RestTestClient;

  beforeAll(async () => {
    repository = await inherited(join(scratch, 'inherited.git'));
    program = await Program.start({
      env: { MCTL_GITOPS_REMOTE: pathToFileURL(repository).href, MCTL_GITOPS_POLL: '1s' },
    });
    admin = new RestTestClient(program.url, await tokenFor(program.dataDir, 'admin'));
  });
  afterAll(() => program?.dispose());

  const create = (team: string) => admin.execute('create-tenant', { team, wait_seconds: 25 });

  it('is read as it is, by many at once from the first moment; broken files are named', async () => {
    const lists = await Promise.all(Array.from({ length: 8 }, () => admin.get('/api/v1/tenants')));
    for (const { status, body } of lists) {
      expect(status).toBe(200);
      expect(body.items.map(({ name }: { name: string }) => name)).toEqual(['empty', 'legacy']);
      const warned = body.warnings.map(({ message }: { message: string }) => message).join('\n');
      expect(warned).toContain(`${ROOT}/tenants/broken/values.yaml`);
      expect(warned).toContain(`${ROOT}/tenants/latin/values.yaml`);
    }
    const { body } = await admin.get('/api/v1/tenants/legacy');
    expect(body.members).toEqual([
      { user: 'Ada', role: 'owner' },
      { user: 'eve', role: 'unknown' },
    ]);
    expect(body.services).toEqual([
      { name: 'api', image_tag: expect.stringMatching(/^1\.10?$/), host: 'a.example.org' },
      { name: 'worker', image_tag: expect.anything(), host: null },
    ]);
    expect(JSON.stringify(body.warnings)).toContain('services/legacy/damaged/values.yaml');
  });

  it('takes a new tenant and keeps every other byte', async () => {
    const before = await git(repository, 'ls-tree', '-r', 'main');
    const { body } = await create('fresh');
    expect(body.operation.status).toBe('succeeded');
    expect(await git(repository, 'rev-parse', 'main')).toBe(body.commit.sha);
    const after = await git(repository, 'ls-tree', '-r', 'main');
    const added = after.split('\n').filter((line) => !before.split('\n').includes(line));
    expect(added.map((line) => line.split('\t')[1]).sort()).toEqual(
      body.changes.map(({ path }: { path: string }) => path).sort(),
    );
    expect(before.split('\n').every((line) => after.includes(line))).toBe(true);
  });

  it('refuses to make a team over a broken or foreign file', async () => {
    for (const team of ['broken', 'latin', 'legacy']) {
      expect(await create(team)).toMatchObject({ status: 409, body: { code: 'team_exists' } });
    }
  });

  it('is followed where somebody wrote its history anew', async () => {
    const person = await Person.clone(repository, join(scratch, 'rewriter'));
    await git(person.folder, 'reset', '--quiet', '--hard', 'HEAD~1');
    await person.commit(
      { [`${ROOT}/tenants/rewritten/values.yaml`]: 'tenant:\n  name: rewritten\n' },
      'feat: another past',
    );
    await person.push('--force');
    const { body } = await create('after-rewrite');
    expect(body.operation.status).toBe('succeeded');
    const names = (await admin.get('/api/v1/tenants')).body.items.map(({ name }: { name: string }) => name);
    expect(names).toEqual(['after-rewrite', 'empty', 'legacy', 'rewritten']);
    expect((await commitsOf(repository)).map(({ subject }) => subject).slice(-2)).toEqual([
      'feat: another past',
      'create-tenant(after-rewrite): after-rewrite',
    ]);
  });

  it('says that a hook declined it, in our words, and writes again when none does', async () => {
    const hook = join(repository, 'hooks/pre-receive');
    mkdirSync(join(repository, 'hooks'), { recursive: true });
    writeFileSync(hook, '#!/bin/sh\necho "secret words of the hook" >&2\nexit 1\n');
    chmodSync(hook, 0o755);
    const head = await git(repository, 'rev-parse', 'main');
    const { body } = await create('declined');
    expect(body).toMatchObject({
      operation: { status: 'failed' },
      commit: null,
      changes: [],
      error: { code: 'gitops_declined', fix: expect.stringContaining('hooks') },
    });
    expect(JSON.stringify(body)).not.toContain('secret words');
    expect(await git(repository, 'rev-parse', 'main')).toBe(head);
    rmSync(hook);
    expect((await create('declined')).body.operation.status).toBe('succeeded');
  });
});

describe('a remote behind http', () => {
  const TOKEN = 'canary-first-7f3a9c';
  const ROTATED = 'canary-second-5d21b8';
  const WRONG = 'canary-wrong-0e44aa';
  const users: Record<string, string> = { 'x-access-token': TOKEN };
  const answers: RestResult[] = [];
  let repository: string;
  let backend: HttpBackend;
  let program: Program;
  let admin: RestTestClient;
  let tokenFile: string;

  beforeAll(async () => {
    repository = await bareRepository(join(scratch, 'web/ours.git'), { 'README.md': '# Ours\n' });
    backend = await startHttpBackend({ root: join(scratch, 'web'), users });
    tokenFile = join(scratch, 'token');
    writeFileSync(tokenFile, `${TOKEN}\n`);
    program = await Program.start({
      env: {
        MCTL_GITOPS_REMOTE: `${backend.url}/ours.git`,
        MCTL_GITOPS_TOKEN_FILE: tokenFile,
        MCTL_GITOPS_POLL: '1s',
        MCTL_GITOPS_MAX_STALENESS: '6s',
        LOG_LEVEL: 'debug',
      },
    });
    admin = new RestTestClient(program.url, await tokenFor(program.dataDir, 'admin'));
  });

  afterAll(async () => {
    await program?.dispose();
    await backend?.close();
  });

  async function create(team: string, wait_seconds = 25): Promise<RestResult> {
    const answer = await admin.execute('create-tenant', { team, wait_seconds });
    answers.push(answer);
    return answer;
  }

  const subjects = async () => (await commitsOf(repository)).map(({ subject }) => subject);

  it('is written with the token of the file, and with the next one when it is rotated', async () => {
    expect((await create('first')).body.operation.status).toBe('succeeded');
    users['x-access-token'] = ROTATED;
    writeFileSync(tokenFile, `${ROTATED}\n`);
    expect((await create('second')).body.operation.status).toBe('succeeded');
    expect(await subjects()).toEqual(['chore: begin', 'create-tenant(first): first', 'create-tenant(second): second']);
    const sent = new Set(backend.requests.map(({ authorization }) => authorization));
    expect(sent).toContain(`Basic ${Buffer.from(`x-access-token:${ROTATED}`).toString('base64')}`);
  });

  it('fails an operation whose token is refused, clearly and without the token', async () => {
    writeFileSync(tokenFile, WRONG);
    const { body } = await create('unauthorized');
    expect(body).toMatchObject({
      operation: { status: 'failed' },
      error: { code: 'gitops_denied', fix: expect.stringContaining('MCTL_GITOPS_TOKEN_FILE') },
    });
    rmSync(tokenFile);
    expect((await create('unauthorized')).body.error.code).toBe('gitops_token_file');
    writeFileSync(tokenFile, ROTATED);
    expect((await create('unauthorized')).body.operation.status).toBe('succeeded');
  });

  it('keeps an operation while it is away, stays ready, and does it once it is back', async () => {
    backend.behave = () => 'reset';
    const { status, body } = await create('patient', 0);
    expect(status).toBe(202);
    const workflow = () => admin.get(`/api/v1/workflows/${body.workflow.name}`);
    const waiting = await until(workflow, (answer) => answer.body.logs.length > 0);
    expect(waiting.body).toMatchObject({ status: 'running', commit: null, error: null });
    expect(waiting.body.logs[0].line).toMatch(/breaks off\. Trying again\./);
    const failing = await until(
      () => admin.get('/readyz'),
      (answer) => answer.body.checks.gitops !== 'ok',
    );
    expect(failing).toMatchObject({
      status: 200,
      body: {
        status: 'ready',
        checks: { store: 'ok', gitops: 'failing' },
        gitops_failing_since: expect.stringMatching(/^\d{4}-.*Z$/),
        gitops_failing_reason: 'The connection to the GitOps remote breaks off.',
        gitops_failing_fix: expect.any(String),
      },
    });
    const ready = await until(
      () => admin.get('/readyz'),
      (answer) => answer.body.checks.gitops !== 'failing',
    );
    expect(ready).toMatchObject({
      status: 200,
      body: { status: 'ready', checks: { store: 'ok', gitops: 'degraded' } },
    });
    expect(await create('refused', 0)).toMatchObject({ status: 503, body: { code: 'gitops_stale', retryable: true } });
    backend.behave = () => 'serve';
    const done = await until(workflow, (answer) => answer.body.status !== 'running');
    expect(done.body).toMatchObject({ status: 'succeeded', progress: '3/3' });
    expect((await subjects()).filter((subject) => subject.startsWith('create-tenant(patient)'))).toHaveLength(1);
    const back = await until(
      () => admin.get('/readyz'),
      (answer) => answer.body.checks.gitops === 'ok',
    );
    expect(back.body).not.toHaveProperty('gitops_failing_since');
  });

  it('logs in one line that it is away, and in one that it is back, however often it is asked meanwhile', async () => {
    const told = (word: string) => program.log.filter((line) => line.includes(word));
    const before = told('asking the GitOps remote fails').length;
    expect(told('the GitOps remote is back')).toHaveLength(before);
    backend.behave = () => 'reset';
    const asked = backend.requests.length;
    await until(
      () => Promise.resolve(backend.requests.length),
      (requests) => requests >= asked + 3,
    );
    backend.behave = () => 'serve';
    await until(
      () => Promise.resolve(told('the GitOps remote is back')),
      (lines) => lines.length > before,
    );
    const away = told('asking the GitOps remote fails').slice(before);
    expect(away).toHaveLength(1);
    expect(JSON.parse(away[0] ?? '')).toMatchObject({ level: 'warn', kind: 'interrupted' });
    expect(away[0]).not.toContain('stack');
    expect(told('following the GitOps remote')).toEqual([]);
  });

  it('does once what arrived although the connection broke before the answer', async () => {
    let losses = 0;
    backend.behave = ({ method, path }) => {
      const isPush = method === 'POST' && path.endsWith('git-receive-pack');
      return isPush && losses++ === 0 ? 'lose-reply' : 'serve';
    };
    const { body } = await create('interrupted');
    backend.behave = () => 'serve';
    expect(losses).toBeGreaterThan(0);
    expect(body.operation.status).toBe('succeeded');
    expect((await subjects()).filter((subject) => subject.startsWith('create-tenant(interrupted)'))).toHaveLength(1);
    expect(await git(repository, 'rev-parse', 'main')).toBe(body.commit.sha);
  });

  it('puts many writers on the branch while somebody else pushes', async () => {
    const person = await Person.clone(repository, join(scratch, 'neighbour'));
    const pushing = (async () => {
      for (let note = 0; note < 4; note++) await person.publish({ [`notes/${note}.md`]: 'x\n' }, `docs: note ${note}`);
    })();
    const done = await Promise.all(Array.from({ length: 12 }, (_, index) => create(`crowd-${index}`)));
    await pushing;
    expect(done.map(({ body }) => body.operation?.status)).toEqual(done.map(() => 'succeeded'));
    const all = await subjects();
    expect(all.filter((subject) => subject.startsWith('create-tenant(crowd-'))).toHaveLength(12);
    expect(all.filter((subject) => subject.startsWith('docs: note'))).toHaveLength(4);
  });

  it('leaves the credential nowhere: not in answers, logs, store, configuration or commits', async () => {
    const listed = [
      await admin.get('/readyz'),
      await admin.get('/metrics'),
      await admin.get('/api/v1/audit?limit=100'),
    ];
    await program.stop();
    const canaries = [TOKEN, ROTATED, WRONG].flatMap((token) => [
      token,
      Buffer.from(`x-access-token:${token}`).toString('base64').slice(0, -4),
    ]);
    const places: Record<string, string> = {
      answers: JSON.stringify([...answers, ...listed].map(({ body }) => body as unknown)),
      logs: program.log.join('\n'),
      commits: await git(repository, 'log', '-p', 'main'),
      ...Object.fromEntries(filesBelow(program.dataDir).map((path) => [path, readFileSync(path, 'latin1')])),
    };
    expect(Object.keys(places).some((path) => path.endsWith('mctl.db'))).toBe(true);
    const found = Object.entries(places).flatMap(([place, text]) =>
      canaries.filter((canary) => text.includes(canary)).map((canary) => `${canary} in ${place}`),
    );
    expect(found).toEqual([]);
    expect(faultsAtRest(await readLedger(program.dataDir, repository))).toEqual([]);
  });
});

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
