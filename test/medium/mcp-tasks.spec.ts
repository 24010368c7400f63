import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { McpTestClient, RestTestClient } from '../support/clients';
import type { Loose } from '../support/loose';
import { bareRepository, commitsOf } from '../support/plain-git';
import { Program } from '../support/program';
import { RawMcp } from '../support/raw-mcp';
import { until } from '../support/remote-program';
import { tokenFor } from '../support/tokens';

const TASKS = 'io.modelcontextprotocol/tasks';
const meta = { 'io.modelcontextprotocol/clientCapabilities': { extensions: { [TASKS]: {} } } };
const ISO = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

let folder: string;
let repository: string;
let program: Program;
let admin: RawMcp;

/** Waits in the middle of a push as long as the gate is closed. */
const gate = (): string => join(repository, 'hooks/open');
const close = (): void => rmSync(gate(), { force: true });
const open = (): void => writeFileSync(gate(), '');

const start = (): Promise<Program> =>
  Program.start({
    dataDir: join(folder, 'data'),
    env: {
      MCTL_GITOPS_REMOTE: pathToFileURL(repository).href,
      MCTL_GITOPS_POLL: '1s',
      MCTL_ADMINS: 'admin,root',
    },
  });
const as = async (login: string): Promise<RawMcp> => new RawMcp(program.url, await tokenFor(program.dataDir, login));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mctl-tasks-'));
  mkdirSync(join(folder, 'data'));
  repository = await bareRepository(join(folder, 'remote.git'), { 'README.md': 'ours\n' });
  mkdirSync(join(repository, 'hooks'), { recursive: true });
  const hook = join(repository, 'hooks/pre-receive');
  writeFileSync(hook, '#!/bin/sh\nuntil [ -e hooks/open ]; do sleep 0.05; done\n');
  chmodSync(hook, 0o755);
  open();
  program = await start();
  admin = await as('admin');
});
beforeEach(close);
afterEach(open);

afterAll(async () => {
  if (!folder) return;
  open();
  await program?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A call of a client that takes tasks, or of one that does not. */
async function call(name: string, args: Loose, mcp = admin, asTask = true): Promise<Loose> {
  const { message } = await mcp.modern('tools/call', { name, arguments: args }, asTask ? { meta } : {});
  return message.error ?? message.result;
}

const create = (team: string, more: Loose = {}): Promise<Loose> => call('mctl_create_tenant', { team, ...more });

async function task(method: 'get' | 'update' | 'cancel', taskId: string, mcp = admin): Promise<Loose> {
  const params = method === 'update' ? { taskId, inputResponses: { nothing: { action: 'accept' } } } : { taskId };
  const { message } = await mcp.modern(`tasks/${method}`, params, { meta });
  return message.error ?? message.result;
}

const ended = (taskId: string): Promise<Loose> =>
  until(
    () => task('get', taskId),
    ({ status }) => status !== 'working',
  );
const begun = (taskId: string): Promise<Loose> =>
  until(
    () => task('get', taskId),
    ({ statusMessage }) => String(statusMessage).includes('too late'),
  );
const unenveloped = ({ _meta, ...rest }: Loose): Loose => rest;

describe('a write as a task', () => {
  it('is there before it is answered, tells its step, and ends with what the call would have answered', async () => {
    const created = await create('alpha');
    expect(unenveloped(created)).toEqual({
      resultType: 'task',
      taskId: expect.stringMatching(/^create-tenant-[0-9a-z]{26}$/),
      status: 'working',
      statusMessage: expect.any(String),
      createdAt: ISO,
      lastUpdatedAt: ISO,
      ttlMs: null,
      pollIntervalMs: expect.any(Number),
      // Of the SDK, which takes every answer of a call for one with content.
      content: [],
    });
    const { taskId } = created;
    expect(await begun(taskId)).toMatchObject({
      taskId,
      status: 'working',
      statusMessage: expect.stringMatching(/^\d\/3 \w.* \(too late to cancel\)$/),
      createdAt: created.createdAt,
      resultType: 'complete',
    });
    open();
    const { status, statusMessage, result, error, inputRequests } = await ended(taskId);
    expect([status, error, inputRequests]).toEqual(['completed', undefined, undefined]);
    expect(statusMessage).toBe(result.structuredContent.summary);
    expect(result).toMatchObject({
      structuredContent: {
        operation: { name: 'create-tenant', status: 'succeeded' },
        workflow: { name: taskId, status: 'succeeded' },
        commit: { sha: expect.stringMatching(/^[0-9a-f]{40}$/) },
      },
    });
    expect(result.isError).toBeUndefined();
    expect(JSON.parse(result.content[0].text)).toEqual(result.structuredContent);
    expect((await task('get', taskId)).result).toEqual(result);
  });

  it('is the same workflow through every door', async () => {
    const { taskId } = await create('beta');
    open();
    const { result } = await ended(taskId);
    const token = await tokenFor(program.dataDir, 'admin');
    const { body } = await new RestTestClient(program.url, token).get(`/api/v1/workflows/${taskId}`);
    const client = await McpTestClient.connect(program.url, token);
    const seen = await client.must('mctl_get_workflow_status', { workflow: taskId });
    await client.close();
    const { commit, operation } = result.structuredContent;
    for (const workflow of [body, seen]) {
      expect(workflow).toMatchObject({ status: 'succeeded', commit, operation_id: operation.id });
    }
  });

  it('that fails is completed, with the error as the tool would give it', async () => {
    const first = await create('gamma');
    const second = await create('gamma');
    open();
    expect((await ended(first.taskId)).result.isError).toBeUndefined();
    const { status, result, statusMessage } = await ended(second.taskId);
    expect(status).toBe('completed');
    expect(result).toMatchObject({
      isError: true,
      structuredContent: { operation: { status: 'failed' }, commit: null, error: { message: statusMessage } },
    });
  });

  it('goes on after the server was killed, in the same words for its caller', async () => {
    const { taskId } = await create('delta');
    const waiting = await create('epsilon');
    await begun(taskId);
    await program.stop('SIGKILL');
    program = await start();
    admin = await as('admin');
    expect((await task('get', taskId)).status).toBe('working');
    open();
    expect((await ended(taskId)).result.structuredContent.operation.status).toBe('succeeded');
    expect((await ended(waiting.taskId)).status).toBe('completed');
    const subjects = (await commitsOf(repository)).map(({ subject }) => subject);
    for (const team of ['delta', 'epsilon']) {
      expect(subjects.filter((subject) => subject.startsWith(`create-tenant(${team})`))).toHaveLength(1);
    }
  });
});

describe('cancelling', () => {
  it('takes what waits for its turn out of the queue, once and for all', async () => {
    const first = await create('eta');
    await begun(first.taskId);
    const second = await create('theta');
    expect(second.statusMessage).toContain('can be cancelled');
    expect(unenveloped(await task('cancel', second.taskId))).toEqual({ resultType: 'complete' });
    const cancelled = await task('get', second.taskId);
    expect(cancelled).toMatchObject({ status: 'cancelled', statusMessage: expect.stringContaining('cancelled') });
    expect(cancelled.result).toBeUndefined();
    expect(unenveloped(await task('cancel', second.taskId))).toEqual({ resultType: 'complete' });
    open();
    await ended(first.taskId);
    expect(await task('get', second.taskId)).toEqual(cancelled);
    const subjects = (await commitsOf(repository)).map(({ subject }) => subject);
    expect(subjects.some((subject) => subject.includes('theta'))).toBe(false);
  });

  it('acknowledges and changes nothing where the commit has begun', async () => {
    const { taskId } = await create('iota');
    await begun(taskId);
    expect(unenveloped(await task('cancel', taskId))).toEqual({ resultType: 'complete' });
    expect((await task('get', taskId)).status).toBe('working');
    open();
    expect((await ended(taskId)).result.structuredContent.operation.status).toBe('succeeded');
  });

  it.each([
    ['a connection that is read-only', { 'X-MCTL-Readonly': 'true' }, 'read_only'],
    ['a connection without the toolset of the call', { 'X-MCTL-Toolsets': 'incidents' }, 'outside_toolsets'],
  ])('is refused on %s', async (_, headers, code) => {
    const team = code.replace('_', '-');
    const first = await create(`${team}-a`);
    await begun(first.taskId);
    const { taskId } = await create(`${team}-b`);
    const { message } = await admin.modern('tasks/cancel', { taskId }, { meta, headers });
    expect(message.error.data).toMatchObject({ code });
    expect((await task('get', taskId)).status).toBe('working');
    open();
    expect((await ended(taskId)).status).toBe('completed');
  });
});

describe('a task of somebody else', () => {
  it.each(['get', 'update', 'cancel'] as const)('is none to tasks/%s, for administrators too', async (method) => {
    const first = await create(`own-${method}-a`);
    await begun(first.taskId);
    const { taskId } = await create(`own-${method}-b`);
    const unknown = await task(method, 'create-tenant-01hzzzzzzzzzzzzzzzzzzzzzzz');
    expect(unknown).toMatchObject({ code: -32602 });
    for (const login of ['stranger', 'root']) expect(await task(method, taskId, await as(login))).toEqual(unknown);
    expect((await task('get', taskId)).status).toBe('working');
    open();
    expect((await ended(taskId)).status).toBe('completed');
  });
});

describe('a plain answer', () => {
  beforeEach(open);

  it('is what a client gets that declares no tasks', async () => {
    const { structuredContent, taskId } = await call('mctl_create_tenant', { team: 'plain' }, admin, false);
    expect(taskId).toBeUndefined();
    expect(structuredContent.operation.status).toMatch(/submitted|running/);
    const { message, status } = await admin.modern('tasks/get', { taskId: structuredContent.workflow.name });
    expect([status, message.error.code]).toEqual([400, -32021]);
    expect(message.error.data).toEqual({ requiredCapabilities: { extensions: { [TASKS]: {} } } });
  });

  it.each([
    ['a dry run', 'mctl_create_tenant', { team: 'dry', dry_run: true }, 'planned'],
    [
      'a write that ended while it was waited for',
      'mctl_create_tenant',
      { team: 'waited', wait_seconds: 25 },
      'succeeded',
    ],
    ['a question for a confirmation', 'mctl_delete_tenant', { team: 'waited' }, 'confirmation_required'],
  ])('is what %s gets', async (_, name, args, status) => {
    const { resultType, structuredContent } = await call(name, args);
    expect([resultType, structuredContent.operation.status]).toEqual(['complete', status]);
  });

  it('is what reads and refusals get', async () => {
    expect(await call('mctl_whoami', {})).toMatchObject({
      resultType: 'complete',
      structuredContent: { user: 'admin' },
    });
    expect(await call('mctl_create_tenant', { team: 'No!' })).toMatchObject({ resultType: 'complete', isError: true });
  });
});

describe('the methods of the extension', () => {
  beforeEach(open);

  it('are advertised, and only to whom they are there for', async () => {
    const { message } = await admin.modern('server/discover');
    expect(message.result.capabilities.extensions).toEqual({ [TASKS]: {} });
    const legacy = await admin.legacy('tasks/get', { taskId: 'x' });
    expect(legacy.message.error.code).toBe(-32601);
    const initialized = await admin.legacy('initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'old', version: '1' },
    });
    expect(initialized.message.result.capabilities.extensions).toBeUndefined();
  });

  it('want the task in Mcp-Name, and an id that is text', async () => {
    const params = { taskId: 'one' };
    const wrong = await admin.modern('tasks/get', params, { meta, headers: { 'Mcp-Name': 'other' } });
    expect([wrong.status, wrong.message.error.code]).toEqual([400, -32020]);
    const missing = await admin.modern('tasks/get', params, { meta, headers: { 'Mcp-Name': undefined } });
    expect([missing.status, missing.message.error.code]).toEqual([400, -32020]);
    const { message } = await admin.modern('tasks/get', {}, { meta });
    expect(message.error.code).toBe(-32602);
  });

  it('acknowledge an answer to what was not asked, and change nothing', async () => {
    const { taskId } = await create('omega');
    const done = await ended(taskId);
    expect(unenveloped(await task('update', taskId))).toEqual({ resultType: 'complete' });
    expect(await task('get', taskId)).toEqual(done);
  });

  it('count as reads', async () => {
    const counting = await Program.start({ env: { MCTL_READS_PER_MINUTE: '2' } });
    try {
      const mcp = new RawMcp(counting.url, await tokenFor(counting.dataDir, 'ada'));
      const codes: number[] = [];
      for (let i = 0; i < 3; i++) codes.push((await task('get', 'none', mcp)).data?.code ?? -32602);
      expect(codes).toEqual([-32602, -32602, 'rate_limited']);
    } finally {
      await counting.dispose();
    }
  });
});
