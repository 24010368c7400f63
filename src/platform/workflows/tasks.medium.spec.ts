import { dirname } from 'node:path';
import { Conflict, Unavailable } from '../errors';
import { Keys } from '../keys';
import { log } from '../logging';
import { rebuildAudit } from '../audit/rebuild/rebuild-audit';
import { verifyAudit } from '../audit/verify/verify-audit';
import type { Operation } from '../operations/operation';
import type { OperationParts, TaskContext, TaskOutcome } from '../operations/parts';
import type { OperationRow, StoreTransaction } from '../store';
import { ada, away, put, WritePath } from './testing/write-path';

/** Registers a file, waits until it is told that it may go on, and writes the file again with what it was told. */
const register: Operation = {
  ...put,
  name: 'register',
  tool: 'register',
  continuation: {
    name: 'activate',
    title: 'Activate',
    task: { name: 'wait', title: 'Wait for the sign', applies: (input) => (input as { text?: string }).text !== 'now' },
    plan: (context) => ({
      ...put.plan({ ...context, input: { ...context.input, text: `active ${String(context.done)}` } as never }),
      answer: { activated: context.done, since: context.now.toISOString() },
    }),
  },
};

/** Makes something outside before its commit. */
const provision: Operation = {
  ...put,
  name: 'provision',
  tool: 'provision',
  task: { name: 'make', title: 'Make it' },
  plan: (context) => ({ ...put.plan(context), answer: { made: context.done ?? 'not yet' } }),
};

let path: WritePath;
beforeAll(() => void (log.level = 'silent'));
beforeEach(async () => {
  path = await WritePath.open();
  path.registry.register(register, provision);
});
afterEach(() => path.close());

const bind = (operation: Operation, parts: OperationParts) => path.registry.bind(operation, parts);
const wait: TaskOutcome = { wait: { milliseconds: 20, message: 'no sign yet' } };
const WAITING: TaskOutcome = { wait: { milliseconds: 3_600_000, message: 'no sign yet' } };

const start = async (operation: Operation, input: Record<string, unknown>) => {
  const { operation: accepted } = await path.call(operation, { wait_seconds: 0, ...input });
  return accepted.id ?? '';
};
const rowOf = async (id: string) => path.rows.get(id);
const events = () => path.store.db.selectFrom('audit').select(['event', 'commit']).orderBy('seq').execute();
const steps = async (id: string) => (await path.rows.steps(id)).map(({ name, status }) => `${name} ${status}`);

async function until(isTrue: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 5));
}

async function findings(): Promise<string[]> {
  const { auditKey } = Keys.open(dirname(path.gitDir));
  const head = async () => (await path.gitops.refresh()).head;
  const report = await verifyAudit({ store: path.store, auditKey, history: path.gitops.commits, head });
  return report.findings.map(({ code, what }) => `${code}: ${what}`);
}

describe('a task before the commit', () => {
  it('is called until it is done, and the plan gets what it came to', async () => {
    const seen: TaskContext<never>[] = [];
    bind(provision, {
      tasks: {
        make: (context) => {
          seen.push(context as never);
          return Promise.resolve(
            seen.length < 3 ? { wait: { milliseconds: 1, message: 'm', state: seen.length } } : { done: 'role-7' },
          );
        },
      },
    });
    const answer = await path.call(provision, { path: 'a', text: '1' });
    expect(answer).toMatchObject({ made: 'role-7', operation: { status: 'succeeded' } });
    expect(seen.map(({ attempt, state }) => [attempt, state])).toEqual([
      [1, undefined],
      [2, 1],
      [3, 2],
    ]);
    expect(seen[0]).toMatchObject({ actor: { login: 'ada' }, input: { path: 'a' } });
    expect(await path.subjects()).toEqual(['put(a): 1']);
    expect(await findings()).toEqual([]);
  });

  it('ends the operation with its error, and nothing is committed', async () => {
    bind(provision, { tasks: { make: () => Promise.reject(new Conflict('No.', { code: 'no' })) } });
    const answer = await path.call(provision, { path: 'a', text: '1' });
    expect(answer).toMatchObject({ operation: { status: 'failed' }, error: { code: 'no' }, commit: null, changes: [] });
    expect(await steps(answer.operation.id ?? '')).toEqual([
      'make failed',
      'plan skipped',
      'commit skipped',
      'push skipped',
    ]);
    expect(await path.subjects()).toEqual([]);
  });

  it('is tried again where the other side is away, and told of once', async () => {
    let tries = 0;
    bind(provision, {
      tasks: {
        make: () =>
          ++tries < 2 ? Promise.reject(new Unavailable('The server is away.')) : Promise.resolve({ done: 1 }),
      },
    });
    const answer = await path.call(provision, { path: 'a', text: '1' });
    expect(answer.operation.status).toBe('succeeded');
    const lines = await path.rows.logs(answer.operation.id ?? '', 'make', 10);
    expect(lines.map(({ line }) => line)).toEqual(['The server is away. MCTL tries again by itself.', 'Make it: done']);
  });

  it('has hands of its own, however many tasks wait for silence after their first commit', async () => {
    let speak = (_: TaskOutcome): void => undefined;
    const silence = new Promise<TaskOutcome>((resolve) => (speak = resolve));
    let silent = 0;
    bind(register, { tasks: { wait: () => ((silent += 1), silence) } });
    bind(provision, { tasks: { make: () => Promise.resolve({ done: 'made' }) } });
    for (let count = 0; count < 10; count += 1) await start(register, { path: `p${count}`, text: 'pending' });
    await until(() => silent >= 4);
    const answer = await path.call(provision, { path: 'a', text: '1' });
    expect(answer.operation.status).toBe('succeeded');
    expect(silent).toBe(4);
    speak(WAITING);
    await until(() => silent === 10);
  });

  it('is due at once after a start; what nobody waits for follows over some seconds', async () => {
    bind(register, { tasks: { wait: () => Promise.resolve(WAITING) } });
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1) ids.push(await start(register, { path: `p${count}`, text: 'pending' }));
    for (const id of ids) await until(async () => (await rowOf(id)).task_state !== null);
    const now = new Date();
    await path.rows.endWaiting(now);
    const due = await Promise.all(ids.map(async (id) => Date.parse((await rowOf(id)).next_run_at) - now.getTime()));
    expect(due).toEqual([0, 100, 200]);
  });

  it('holds nobody up', async () => {
    bind(provision, { tasks: { make: () => Promise.resolve(WAITING) } });
    const id = await start(provision, { path: 'a', text: 'slow' });
    await until(async () => (await rowOf(id)).task_state !== null);
    expect((await path.call(put, { path: 'a', text: 'quick' })).operation.status).toBe('succeeded');
    expect((await rowOf(id)).status).toBe('running');
  });
});

describe('the caller of a task', () => {
  /** Needs a role in a team, and makes something before its commit. */
  const inTeam: Operation = { ...provision, name: 'provision-in-team', tool: 'provision-in-team', role: 'admin' };
  const admin = { ...ada, isAdmin: true };

  it('must have the role at every try, and the answer tells what stays', async () => {
    path.registry.register(inTeam);
    let tries = 0;
    bind(inTeam, {
      tasks: {
        make: () => {
          tries += 1;
          return Promise.resolve({ done: 1 });
        },
      },
    });
    const answer = await path.call(inTeam, { path: 'a', text: '1' }, admin);
    // The row remembers the login, and who is an administrator is asked anew: `ada` is none.
    expect(answer).toMatchObject({ operation: { status: 'failed' }, error: { code: expect.any(String) } });
    expect([tries, await path.subjects()]).toEqual([0, []]);
  });

  it('is told what a task has made for a commit that was refused', async () => {
    const key = { idempotency_key: 'key-of-the-call' };
    let free: (outcome: TaskOutcome) => void = () => undefined;
    bind(provision, { tasks: { make: () => new Promise((resolve) => (free = resolve)) } });
    const id = await start(provision, { path: 'a', text: '1', only_new: true, ...key });
    await until(async () => (await rowOf(id)).attempts === 1);
    await path.call(put, { path: 'a', text: '0' });
    free({ done: 1 });
    await until(async () => (await rowOf(id)).status === 'failed');
    const answer = await path.call(provision, { path: 'a', text: '1', only_new: true, ...key });
    expect(answer).toMatchObject({
      error: { code: 'taken' },
      summary: expect.stringContaining('outside of git stays'),
    });
  });
});

describe('what a task has begun', () => {
  it('is cleared away once where the operation ends without it, whatever that meets', async () => {
    const abandoned = jest.fn((_row: OperationRow, _input: unknown) => Promise.reject(new Error('not now')));
    bind(provision, { tasks: { make: () => Promise.reject(new Conflict('no', { code: 'no' })) }, abandoned });
    const answer = await path.call(provision, { path: 'a', text: '1' });
    expect(answer).toMatchObject({ operation: { status: 'failed' }, error: { code: 'no' } });
    await until(() => abandoned.mock.calls.length > 0);
    expect(abandoned.mock.calls.map(([{ id }, input]) => [id, input])).toEqual([
      [answer.operation.id, expect.objectContaining({ path: 'a', text: '1' })],
    ]);
  });

  it('is cleared away after a try during which the operation ended', async () => {
    const begun: string[] = [];
    bind(provision, {
      tasks: {
        make: async ({ operationId }) => {
          await path.endings.fail(await rowOf(operationId), new Conflict('stopped'), () => undefined);
          begun.push(operationId);
          return WAITING;
        },
      },
      abandoned: ({ id }) => Promise.resolve(void begun.splice(0, Infinity, ...begun.filter((each) => each !== id))),
    });
    const id = await start(provision, { path: 'a', text: '1' });
    await until(async () => (await rowOf(id)).status === 'failed');
    await path.workflows.onModuleDestroy();
    expect(begun).toEqual([]);
  });

  it('stays for the commit', async () => {
    const abandoned = jest.fn(() => Promise.resolve());
    bind(provision, { tasks: { make: () => Promise.resolve({ done: 1 }) }, abandoned });
    const call = [provision, { path: 'a', text: '1', only_new: true }] as const;
    const rows = await path.together(call, call);
    expect(rows.map(({ status }) => status).sort()).toEqual(['failed', 'succeeded']);
    expect(abandoned).not.toHaveBeenCalled();
  });
});

describe('read-only', () => {
  it('leaves what was accepted before where it is', async () => {
    const [id = ''] = await path.queue([put, { path: 'a', text: '1' }]);
    (path.config.values as { readOnly: boolean }).readOnly = true;
    path.workflows.wake();
    await path.restart();
    expect((await rowOf(id)).status).toBe('submitted');
    (path.config.values as { readOnly: boolean }).readOnly = false;
    path.workflows.wake();
    await until(async () => (await rowOf(id)).status === 'succeeded');
  });
});

describe('a second commit', () => {
  it('follows the first under the same id, and the answer tells of both', async () => {
    let isSigned = false;
    bind(register, { tasks: { wait: () => Promise.resolve(isSigned ? { done: 'sign' } : wait) } });
    const id = await start(register, { path: 'a', text: 'pending' });
    await until(async () => (await rowOf(id)).task_state !== null);
    expect(await path.text('a')).toBe('pending');
    expect(await steps(id)).toEqual([
      'plan succeeded',
      'commit succeeded',
      'push succeeded',
      'wait running',
      'plan-activate pending',
      'commit-activate pending',
      'push-activate pending',
    ]);
    expect(await findings()).toEqual([]);
    isSigned = true;
    await until(async () => (await rowOf(id)).status !== 'running');
    const row = await rowOf(id);
    expect(row).toMatchObject({ status: 'succeeded', stage: 'continue' });
    expect(await path.text('a')).toBe('active sign');
    const [second, first] = await path.reader.log({ to: row.commit ?? '', limit: 5 });
    const trailers = [first, second].map(
      (commit) => Object.fromEntries(commit?.trailers ?? []) as Record<string, string>,
    );
    expect(trailers.map((each) => [each['Operation-Id'], each.Step])).toEqual([
      [id, undefined],
      [id, 'activate'],
    ]);
    expect((await events()).map(({ event }) => event)).toEqual(['submitted', 'committed', 'succeeded']);
    expect(await findings()).toEqual([]);
    expect(new Set((await steps(id)).map((step) => step.split(' ')[1]))).toEqual(new Set(['succeeded']));
  });

  it('lets a call that waits go once the first is there', async () => {
    bind(register, { tasks: { wait: () => Promise.resolve(WAITING) } });
    const answer = await path.call(register, { path: 'a', text: 'pending', wait_seconds: 25 });
    expect(answer).toMatchObject({ operation: { status: 'running' }, text: 'pending' });
    expect(answer.commit?.sha).toBe(await path.remote.head());
  });

  it('is left alone by calls on the same object meanwhile', async () => {
    bind(register, { tasks: { wait: () => Promise.resolve(WAITING) } });
    await path.call(register, { path: 'a', text: 'pending' });
    expect((await path.call(put, { path: 'a', text: 'other' })).operation.status).toBe('succeeded');
  });

  it('goes on after a restart', async () => {
    let isSigned = false;
    bind(register, { tasks: { wait: () => Promise.resolve(isSigned ? { done: 'late' } : WAITING) } });
    const id = await start(register, { path: 'a', text: 'pending' });
    await until(async () => (await rowOf(id)).task_state !== null);
    isSigned = true;
    await path.restart();
    // A start of one of many replicas leaves the times that were agreed on alone.
    if (path.store.shared) await path.rows.endWaiting(new Date());
    await until(async () => (await rowOf(id)).status === 'succeeded');
    expect(await path.text('a')).toBe('active late');
  });

  it('is found on the branch and not made again when its ending was lost', async () => {
    bind(register, { tasks: { wait: () => Promise.resolve({ done: 1 }) } });
    const { publish } = path.remote;
    let count = 0;
    path.remote.publish = async (expected, next) => {
      await publish.call(path.remote, expected, next);
      // The answer to the second push is lost, and the branch cannot be looked at for a while.
      if (++count === 2) {
        path.remote.heads.push(away);
        return away();
      }
    };
    const [row] = await path.ended([await start(register, { path: 'a', text: 'pending' })]);
    await until(async () => (await rowOf(row?.id ?? '')).status !== 'running');
    expect(await path.subjects()).toEqual(['put(a): pending', 'put(a): active 1']);
    expect((await rowOf(row?.id ?? '')).commit).toBe(await path.remote.head());
    expect(await findings()).toEqual([]);
  });

  it('needs no task where the call does not apply it', async () => {
    bind(register, { tasks: {} });
    const answer = await path.call(register, { path: 'a', text: 'now' });
    expect(answer.operation.status).toBe('succeeded');
    expect(await path.subjects()).toEqual(['put(a): now', 'put(a): active undefined']);
    expect(await steps(answer.operation.id ?? '')).not.toContainEqual(expect.stringContaining('wait'));
  });

  it('is not made where the module says that the first was all, and the operation ends well', async () => {
    const settled: unknown[] = [];
    bind(register, {
      tasks: { wait: () => Promise.resolve(WAITING) },
      // As of the transaction: of two calls in one batch the second finds the first waiting.
      continues: async (transaction, { id }) =>
        (
          await transaction
            .selectFrom('operations')
            .select('id')
            .where('stage', '=', 'await')
            .where('id', '!=', id)
            .execute()
        ).length === 0,
      settle: (_, { done }) => Promise.resolve(void settled.push(done)),
    });
    const [first, second] = await path.queue(
      [register, { path: 'a', text: 'one' }],
      [register, { path: 'b', text: 'two' }],
    );
    path.workflows.wake();
    await until(async () => (await rowOf(second ?? '')).status === 'succeeded');
    expect(await rowOf(first ?? '')).toMatchObject({ status: 'running', stage: 'await' });
    expect((await steps(second ?? '')).slice(2)).toEqual([
      'push succeeded',
      'wait skipped',
      'plan-activate skipped',
      'commit-activate skipped',
      'push-activate skipped',
    ]);
    expect(settled).toEqual([undefined]);
    expect((await events()).map(({ event }) => event).slice(-2)).toEqual(['committed', 'succeeded']);
    expect(await findings()).toEqual([]);
  });

  it('is not made when the task ends the operation; the first one stays and the answer says so', async () => {
    bind(register, { tasks: { wait: () => Promise.reject(new Conflict('Too late.', { code: 'expired' })) } });
    const id = await start(register, { path: 'a', text: 'pending' });
    await until(async () => (await rowOf(id)).status === 'failed');
    expect((await rowOf(id)).commit).toBe(await path.remote.head());
    const [workflow] = await path.store.db.selectFrom('operations').select('summary').execute();
    expect(workflow?.summary).toBe('a is pending');
    expect(await findings()).toEqual([]);
    expect(await path.text('a')).toBe('pending');
  });

  it('comes back from git after the store is lost', async () => {
    bind(register, { tasks: { wait: () => Promise.resolve({ done: 1 }) } });
    const id = await start(register, { path: 'a', text: 'pending', idempotency_key: 'key-12345' });
    await until(async () => (await rowOf(id)).status === 'succeeded');
    const before = await rowOf(id);
    for (const table of ['operation_steps', 'step_logs', 'operations', 'audit', 'audit_head'] as const) {
      await path.store.db.deleteFrom(table).execute();
    }
    const report = await rebuildAudit({
      target: { store: path.store, audit: path.audit },
      history: path.gitops.commits,
      head: await path.remote.head(),
      knowledge: { risk: () => 'low', namesTeam: () => false },
      actor: ada,
    });
    expect(report).toMatchObject({ operations: 1, repeated_commits: 0 });
    const { commit, plan_digest, stage, status, idempotency_key } = before;
    expect(await rowOf(id)).toMatchObject({ commit, plan_digest, stage, status, idempotency_key });
    expect(await findings()).toEqual([]);
  });
});

describe('what is settled with the ending', () => {
  const mark = (transaction: StoreTransaction, id: string) =>
    transaction.insertInto('confirmations').values({ id, expires_at: '2030-01-01T00:00:00Z' }).execute();
  const marks = () => path.store.db.selectFrom('confirmations').select('id').execute();

  it('is written once, with the end of the operation', async () => {
    bind(provision, {
      tasks: { make: () => Promise.resolve({ done: 'x' }) },
      settle: async (transaction, { row, done }) => {
        await mark(transaction, `${row.operation} ${String(done)}`);
      },
    });
    await path.call(provision, { path: 'a', text: '1' });
    expect(await marks()).toEqual([{ id: 'provision x' }]);
  });

  it('is tried again where it fails, and the neighbours end meanwhile', async () => {
    let tries = 0;
    bind(put, {
      settle: async (transaction, { row }) => {
        await mark(transaction, row.id);
        if (++tries === 1) throw new Error('not now');
      },
    });
    const [one, two] = await path.queue([put, { path: 'a', text: '1' }], [put, { path: 'b', text: '2' }]);
    path.workflows.wake();
    await until(async () => (await rowOf(two ?? '')).status === 'succeeded');
    expect((await rowOf(one ?? '')).status).toBe('running');
    await path.restart();
    await until(async () => (await rowOf(one ?? '')).status === 'succeeded');
    expect((await marks()).map(({ id }) => id).sort()).toEqual([one, two].sort());
    expect(await path.subjects()).toHaveLength(2);
    expect(await findings()).toEqual([]);
  });
});

describe('a commit that two engines find', () => {
  /** What another process read before this one closed it. */
  const late = async (before: OperationRow) => {
    const { commit } = await rowOf(before.id);
    const after = await Promise.all([rowOf(before.id), steps(before.id), events()]);
    await path.endings.published([{ row: before, commit: commit ?? '', planDigest: null }], () => undefined);
    expect(await Promise.all([rowOf(before.id), steps(before.id), events()])).toEqual(after);
    expect(await findings()).toEqual([]);
  };

  it('ends its operation once: settled once, audited once', async () => {
    const settle = jest.fn(() => Promise.resolve());
    bind(put, { settle });
    const [id = ''] = await path.queue([put, { path: 'a', text: '1' }]);
    const before = await rowOf(id);
    path.workflows.wake();
    await path.ended([id]);
    await late(before);
    expect(settle).toHaveBeenCalledTimes(1);
  });

  it('does not set back an operation that has gone on', async () => {
    let isSigned = false;
    bind(register, { tasks: { wait: () => Promise.resolve(isSigned ? { done: 1 } : WAITING) } });
    const [id = ''] = await path.queue([register, { path: 'a', text: 'pending' }]);
    const before = await rowOf(id);
    path.workflows.wake();
    await until(async () => (await rowOf(id)).task_state !== null);
    await late(before);
    isSigned = true;
    await path.rows.endWaiting(new Date());
    path.workflows.wake();
    await until(async () => (await rowOf(id)).status === 'succeeded');
    await late(before);
  });
});

it('adds to an answer what is not kept with it', async () => {
  bind(put, { present: ({ id }) => Promise.resolve({ link: `/once/${id}` }) });
  const answer = await path.call(put, { path: 'a', text: '1' });
  expect(answer).toMatchObject({ link: `/once/${answer.operation.id}` });
  expect(JSON.stringify(await rowOf(answer.operation.id ?? ''))).not.toContain('/once/');
});
