import { setImmediate as turn } from 'node:timers/promises';
import { Unavailable } from '../errors';
import { GitError } from '../gitops';
import { log } from '../logging';
import type { Operation } from '../operations/operation';
import { ada, away, declined, drop, lost, put, refused, rejected, undo, WritePath } from './testing/write-path';

const unknown = () => Promise.reject(new GitError({ command: 'push', kind: 'unknown' }));

let path: WritePath;
const open = async (env?: Record<string, string>) => (path = await WritePath.open(env));
beforeAll(() => void (log.level = 'silent'));
afterEach(() => path.close());

const outcomes = (rows: readonly { status: string; error: string | null }[]) =>
  rows.map(({ status, error }) => (error ? `${status} ${(JSON.parse(error) as { code: string }).code}` : status));

describe('a batch', () => {
  it('gives each operation its own commit, one on the other', async () => {
    await open();
    const rows = await path.together(
      [put, { path: 'a', text: '1' }],
      [put, { path: 'a', text: '2' }],
      [put, { path: 'b', text: '3' }],
    );
    expect(outcomes(rows)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(new Set(rows.map(({ commit }) => commit)).size).toBe(3);
    expect(await path.subjects()).toEqual(['put(a): 1', 'put(a): 2', 'put(b): 3']);
    expect(await path.text('a')).toBe('2');
  });

  it('refuses the second of two who want the same, and goes on without it', async () => {
    await open();
    const rows = await path.together(
      [put, { path: 'a', text: '1', only_new: true }],
      [put, { path: 'a', text: '2', only_new: true }],
      [put, { path: 'b', text: '3', only_new: true }],
    );
    expect(outcomes(rows).sort()).toEqual(['failed taken', 'succeeded', 'succeeded']);
    expect(await path.subjects()).toHaveLength(2);
  });

  it('takes a file away and makes it anew', async () => {
    await open();
    await path.call(put, { path: 'a', text: '1' });
    const { plan } = await path.call(drop, { path: 'a' });
    const rows = await path.together([drop, { path: 'a', confirm_token: plan?.confirm_token }]);
    expect(outcomes(rows)).toEqual(['succeeded']);
    expect(await path.text('a')).toBeUndefined();
    const again = await path.together([put, { path: 'a', text: '2', only_new: true }]);
    expect(outcomes(again)).toEqual(['succeeded']);
    expect(await path.text('a')).toBe('2');
  });

  it('refuses nobody for the sake of a neighbour that never reached the branch', async () => {
    await open();
    path.remote.publishes.push(declined, declined);
    const rows = await path.together(
      [put, { path: 'a', text: '1', only_new: true }],
      [put, { path: 'a', text: '2', only_new: true }],
    );
    expect(outcomes(rows).sort()).toEqual(['failed gitops_protected', 'succeeded']);
    expect(await path.subjects()).toHaveLength(1);
  });

  it('does not let one that the remote declines take the others down', async () => {
    await open();
    const declineBad = async (publish: () => Promise<void>, next: string) => {
      const commits = await path.reader.log({
        to: next,
        from: await path.reader.resolve('refs/heads/main'),
        limit: 10,
      });
      if (commits.some(({ subject }) => subject.includes('bad'))) return declined();
      return publish();
    };
    path.remote.publishes.push(declineBad, declineBad, declineBad, declineBad);
    const rows = await path.together(
      [put, { path: 'a', text: 'good' }],
      [put, { path: 'b', text: 'bad' }],
      [put, { path: 'c', text: 'good' }],
    );
    expect(outcomes(rows)).toEqual(['succeeded', 'failed gitops_protected', 'succeeded']);
    expect(await path.subjects()).toHaveLength(2);
  });

  it('does not let one that cannot be written hold the others up', async () => {
    await open();
    const [bad = '', good = ''] = await path.queue(
      [put, { path: '../outside', text: 'x' }],
      [put, { path: 'a', text: '1' }],
    );
    path.workflows.wake();
    expect(outcomes(await path.ended([good]))).toEqual(['succeeded']);
    expect((await path.rows.get(bad)).status).toBe('running');
    expect(await path.subjects()).toEqual(['put(a): 1']);
  });

  it('plans what reads the history on a history that has its neighbours', async () => {
    await open();
    for (const text of ['1', '2']) await path.call(put, { path: 'a', text });
    const rows = await path.together([put, { path: 'a', text: '3' }], [undo, { path: 'a' }]);
    expect(outcomes(rows)).toEqual(['succeeded', 'succeeded']);
    expect((await path.subjects()).slice(2)).toEqual(['put(a): 3', 'put(a): 2']);
  });
});

describe('operations on one object', () => {
  const inOrder = ['put(a): 1', 'put(a): 2', 'put(a): 3'];

  it('are done in the order they were asked for, though the first had to wait', async () => {
    await open();
    path.remote.publishes.push(away);
    const ids: string[] = [];
    for (const text of ['1', '2', '3']) {
      const { operation } = await path.call(put, { path: 'a', text, wait_seconds: 0 });
      ids.push(operation.id ?? '');
      const isWaiting = async () => Date.parse((await path.rows.get(ids[0] ?? '')).next_run_at) > Date.now();
      while (text === '1' && !(await isWaiting())) await turn();
    }
    const { operation: other } = await path.call(put, { path: 'b', text: 'x', wait_seconds: 0 });
    expect(outcomes(await path.ended([...ids, other.id ?? '']))).toEqual(Array(4).fill('succeeded'));
    expect((await path.subjects()).filter((subject) => subject.startsWith('put(a)'))).toEqual(inOrder);
  });

  it('keep their order where each of a batch is tried alone', async () => {
    await open();
    path.remote.publishes.push(unknown, unknown);
    const rows = await path.together(
      [put, { path: 'a', text: '1' }],
      [put, { path: 'a', text: '2' }],
      [put, { path: 'a', text: '3' }],
    );
    expect(outcomes(rows)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(await path.subjects()).toEqual(inOrder);
  });

  it('do not wait for a clock that was set back', async () => {
    await open();
    const [id = ''] = await path.queue([put, { path: 'a', text: '1' }]);
    const later = new Date(Date.now() + 40 * 86_400_000).toISOString();
    await path.store.transaction((transaction) => path.rows.update(transaction, id, { next_run_at: later }));
    await path.workflows.onApplicationBootstrap();
    expect(outcomes(await path.ended([id]))).toEqual(['succeeded']);
  });
});

describe('trouble with the remote', () => {
  it('finds what arrived although the answer was lost, and does not repeat it', async () => {
    await open();
    path.remote.publishes.push(lost);
    const answer = await path.call(put, { path: 'a', text: '1' });
    expect(answer).toMatchObject({ operation: { status: 'succeeded' }, changes: [{ action: 'create' }], text: '1' });
    expect(await path.subjects()).toEqual(['put(a): 1']);
    expect(answer.commit?.sha).toBe(await path.remote.head());
  });

  it('looks through the whole history where the base is unknown by now', async () => {
    await open();
    await path.call(put, { path: 'z', text: '0' });
    path.remote.publishes.push(async (publish) => {
      await path.store.db
        .updateTable('operations')
        .set({ base: 'f'.repeat(40) })
        .where('status', '=', 'running')
        .execute();
      return lost(publish);
    });
    expect((await path.call(put, { path: 'a', text: '1' })).operation.status).toBe('succeeded');
    expect(await path.subjects()).toEqual(['put(z): 0', 'put(a): 1']);
  });

  it('plans again where somebody else was faster, and judges nobody twice', async () => {
    await open();
    path.remote.publishes.push(rejected, rejected);
    const rows = await path.together(
      [put, { path: 'a', text: '1', only_new: true }],
      [put, { path: 'a', text: '2', only_new: true }],
    );
    expect(outcomes(rows).sort()).toEqual(['failed taken', 'succeeded']);
    expect(await path.subjects()).toHaveLength(1);
    expect(path.remote.publishes).toEqual([]);
  });

  it('waits while the remote is away, says so, and goes on when it is back', async () => {
    await open();
    const [id = ''] = await path.queue([put, { path: 'b', text: '2' }]);
    path.remote.heads.push(away, away);
    path.workflows.wake();
    const [row] = await path.ended([id]);
    expect(row).toMatchObject({ status: 'succeeded', attempts: 3 });
    const lines = await path.rows.logs(id, 'plan', 10);
    expect(lines.map(({ line }) => line)).toEqual([
      'attempt 1: The GitOps remote does not answer. Trying again.',
      'attempt 2: The GitOps remote does not answer. Trying again.',
    ]);
    expect((await path.rows.steps(id)).map(({ status, message }) => [status, message])).toEqual(
      Array.from({ length: 3 }, () => ['succeeded', null]),
    );
  });

  it('gives up at the deadline, with the reason', async () => {
    await open({ MCTL_WORKFLOW_DEADLINE: '0s' });
    const ids = await path.queue([put, { path: 'a', text: '1' }]);
    path.remote.heads.push(away);
    path.workflows.wake();
    expect(outcomes(await path.ended(ids))).toEqual(['failed gitops_unreachable']);
    expect(await path.subjects()).toEqual([]);
  });

  it('calls nothing failed that may be on the branch, deadline or not', async () => {
    await open({ MCTL_WORKFLOW_DEADLINE: '0s' });
    path.remote.publishes.push(async (publish) => {
      path.remote.heads.push(refused);
      return lost(publish);
    });
    const answer = await path.call(put, { path: 'a', text: '1' });
    expect(answer.operation.status).toBe('succeeded');
    expect(await path.subjects()).toEqual(['put(a): 1']);
  });

  it('waits while what a plan asks is away, holds up no neighbour, and goes on when it is back', async () => {
    const asking: Operation = { ...put, name: 'asking', tool: 'asking' };
    await open();
    path.registry.register(asking);
    let isAway = false;
    const facts = () => (isAway ? Promise.reject(new Unavailable('Vault is sealed.')) : Promise.resolve(undefined));
    path.registry.bind(asking, { facts });
    const [id = '', other = ''] = await path.queue([asking, { path: 'a', text: '1' }], [put, { path: 'b', text: '2' }]);
    isAway = true;
    path.workflows.wake();
    expect(outcomes(await path.ended([other]))).toEqual(['succeeded']);
    const lines = async () => (await path.rows.logs(id, 'plan', 10)).map(({ line }) => line);
    while ((await lines()).length === 0) await turn();
    expect((await lines())[0]).toContain('Vault is sealed. Trying again.');
    expect((await path.rows.get(id)).status).toBe('running');
    isAway = false;
    expect(outcomes(await path.ended([id]))).toEqual(['succeeded']);
    expect(await path.subjects()).toEqual(['put(b): 2', 'put(a): 1']);
  });

  it('fails at the deadline with what a plan asked and did not get', async () => {
    const asking: Operation = { ...put, name: 'asking', tool: 'asking' };
    await open({ MCTL_WORKFLOW_DEADLINE: '0s' });
    path.registry.register(asking);
    const [id = ''] = await path.queue([asking, { path: 'a', text: '1' }]);
    path.registry.bind(asking, {
      facts: () => Promise.reject(new Unavailable('Vault is sealed.', { code: 'vault_away' })),
    });
    path.workflows.wake();
    const [row] = await path.ended([id]);
    expect(row).toMatchObject({
      status: 'failed',
      commit: null,
      error: expect.stringContaining('"code":"vault_away"'),
    });
  });

  it('tells a branch that is protected at once', async () => {
    await open();
    path.remote.publishes.push(declined);
    const answer = await path.call(put, { path: 'a', text: '1' });
    expect(answer).toMatchObject({
      operation: { status: 'failed' },
      commit: null,
      changes: [],
      error: { code: 'gitops_protected' },
    });
    const steps = await path.rows.steps(answer.operation.id ?? '');
    expect(steps.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'plan succeeded',
      'commit succeeded',
      'push failed',
    ]);
  });
});

describe('trouble with the store', () => {
  it('does not spin while it cannot be written, and goes on when it can', async () => {
    await open();
    const ids = await path.queue([put, { path: 'a', text: '1' }]);
    const full = jest.spyOn(path.store, 'transaction').mockRejectedValue(new Unavailable('full'));
    path.workflows.wake();
    for (let i = 0; i < 50; i++) await turn();
    expect(full.mock.calls.length).toBeLessThan(10);
    full.mockRestore();
    expect(outcomes(await path.ended(ids))).toEqual(['succeeded']);
  });

  it('closes what it could not close after the push, once', async () => {
    await open();
    path.remote.publishes.push(async (publish) => {
      await publish();
      jest.spyOn(path.store, 'transaction').mockRejectedValueOnce(new Unavailable('full'));
    });
    const answer = await path.call(put, { path: 'a', text: '1' });
    expect(answer.operation.status).toBe('succeeded');
    expect(await path.subjects()).toEqual(['put(a): 1']);
    const events = await path.store.db.selectFrom('audit').select('event').orderBy('seq').execute();
    expect(events.map(({ event }) => event)).toEqual(['submitted', 'succeeded']);
  });
});

describe('the end of the process', () => {
  it('lets nobody wait any longer', async () => {
    await open();
    jest.spyOn(path.workflows, 'wake').mockImplementation(() => undefined);
    let changes = 0;
    const waiting = path.operations.run(
      put,
      ada,
      { path: 'a', text: '1', dry_run: false, wait_seconds: 25 } as never,
      async () => {
        changes++;
      },
    );
    while (changes === 0) await turn();
    await path.workflows.onModuleDestroy();
    expect((await waiting).operation.status).toBe('submitted');
  });
});
