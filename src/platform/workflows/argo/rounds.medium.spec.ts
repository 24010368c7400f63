import type { Rollouts } from '../../cluster';
import { GitError } from '../../gitops';
import { type FaultKind, KubernetesFault } from '../../kubernetes';
import type { OperationRow } from '../../store';
import { put, refused, WritePath } from '../testing/write-path';
import { Handovers } from './handovers';
import { Lateness } from './late';
import type { PodLogs } from './pod-logs';
import { Reconciler } from './reconciler';
import { Setbacks } from './setbacks';
import { Submitter } from './submitter';
import { workflowName } from './workflow-name';
import type { WorkflowObjects } from './workflow-objects';
import type { WorkflowState } from './workflow-state';

const DEADLINE = 900_000;
const go = (): boolean => false;
const changed = (): void => undefined;
let path: WritePath;
let handovers: Handovers;
let setbacks: Setbacks;
let reconciler: Reconciler;
let submitter: Submitter;
/** What there is in the cluster, by name; what `submit` throws, by target. */
let objects: Map<string, WorkflowState>;
let faults: Map<string, Error>;
let asked: string[];

const state = (row: OperationRow, change: Partial<WorkflowState> = {}): WorkflowState => ({
  ...{ name: workflowName(row), uid: row.id, operationId: row.id, phase: 'Running', message: '' },
  ...{ isEnded: false, isStopped: false, isGoing: false, isQueued: false, nodes: [], isOffloaded: false },
  ...change,
});
const FAILED = { phase: 'Failed', isEnded: true };
const TRIED = { ...FAILED, nodes: [{ step: 'commit', phase: 'Failed', message: 'evicted', podNode: 'p' }] };

function cluster(): WorkflowObjects {
  const fake: Partial<WorkflowObjects> = {
    find: (name) => Promise.resolve(objects.get(name)),
    stop: ({ name }) => Promise.resolve(objects.has(name)),
    remove: ({ name }) => Promise.resolve(void objects.delete(name)),
    submit: (_operation, row) => {
      asked.push(row.target ?? '');
      const fault = faults.get(row.target ?? '');
      if (fault) return Promise.reject(fault);
      objects.set(workflowName(row), objects.get(workflowName(row)) ?? state(row));
      return Promise.resolve(objects.get(workflowName(row)));
    },
  };
  return fake as WorkflowObjects;
}

async function open(env: Record<string, string> = {}): Promise<void> {
  path = await WritePath.open(env);
  [objects, faults, asked] = [new Map(), new Map(), []];
  begin();
}

/** What a process that starts now has. */
function begin(): void {
  const { store, rows, queueOfTasks: queue, endings, committer, config, registry } = path;
  const [lateness, workflows] = [new Lateness(config), cluster()];
  handovers = new Handovers(store, rows, queue);
  setbacks = new Setbacks(endings, queue, committer);
  const logs = { tail: () => Promise.resolve('') } as unknown as PodLogs;
  const rollouts = { announce: () => undefined } as unknown as Rollouts;
  reconciler = new Reconciler(rows, handovers, workflows, lateness, setbacks, logs, rollouts, config);
  submitter = new Submitter(handovers, workflows, registry, setbacks, lateness);
}

const accept = async (...names: string[]): Promise<OperationRow[]> => {
  const ids = await path.queue(...names.map((name) => [put, { path: name, text: '1' }] as const));
  return Promise.all(ids.map((id) => path.rows.get(id)));
};
const now = ({ id }: OperationRow): Promise<OperationRow> => path.rows.get(id);
const set = (row: OperationRow, change: Partial<OperationRow>): Promise<unknown> =>
  path.store.transaction((transaction) => path.rows.update(transaction, row.id, change));
const submit = (): Promise<void> => submitter.submitDue(go, changed);
const round = (): Promise<void> => reconciler.round((name) => objects.get(name), go, changed);
const errorOf = async (row: OperationRow): Promise<string | undefined> =>
  (JSON.parse((await now(row)).error ?? '{}') as { code?: string }).code;
/** The clock of this process goes on, as if it had been running since. */
const pass = (milliseconds: number): void => {
  const at = Date.now() + milliseconds;
  jest.spyOn(Date, 'now').mockImplementation(() => at);
};
/** A commit of it is on the branch, and nobody has written that down. */
async function commitUnseen(row: OperationRow): Promise<void> {
  const taken = await path.queueOfTasks.take(row.id, ['commit'], { now: new Date(), until: new Date() });
  const lost = jest.spyOn(path.endings, 'published').mockRejectedValueOnce(new Error('killed'));
  await expect(path.committer.run([{ ...taken!, attempts: 0 }], changed)).rejects.toThrow('killed');
  lost.mockRestore();
  await set(row, { next_run_at: new Date(0).toISOString() });
}

afterEach(async () => {
  jest.restoreAllMocks();
  await path.close();
});

describe('what waited for longer than its deadline', () => {
  beforeEach(() => open());
  const old = { submitted_at: new Date(0).toISOString() };

  it('because MCTL was away has its whole time from then on', async () => {
    const [row] = (await accept('a')) as [OperationRow];
    await set(row, old);
    await submit();
    await round();
    expect(await now(row)).toMatchObject({ status: 'submitted', handed_over_at: expect.any(String) });
    objects.set(workflowName(row), state(row, TRIED));
    await round();
    expect(await now(row)).toMatchObject({ status: 'submitted', handed_over_at: null });
  });

  it('for the lock is not ended when its turn comes', async () => {
    const [row] = (await accept('a')) as [OperationRow];
    await submit();
    pass(DEADLINE * 2);
    objects.set(workflowName(row), state(row, { isQueued: true }));
    await round();
    objects.set(workflowName(row), state(row));
    await round();
    expect(await now(row)).toMatchObject({ status: 'submitted', handed_over_at: expect.any(String) });
    objects.set(workflowName(row), state(row, FAILED));
    await round();
    expect(await now(row)).toMatchObject({ status: 'submitted', handed_over_at: null });
  });

  it('and has had a try fails, and is taken from the pod that may still think it has it', async () => {
    const [row] = (await accept('a')) as [OperationRow];
    await submit();
    const pod = (await path.queueOfTasks.take(row.id, ['commit'], { now: new Date(), until: new Date(0) }))!;
    pass(DEADLINE * 2);
    objects.set(workflowName(row), state(row, TRIED));
    const take = jest.spyOn(path.queueOfTasks, 'take');
    await round();
    expect(take).toHaveBeenCalledTimes(1);
    expect(await errorOf(row)).toBe('workflow_failed');
    expect((await now(row)).attempts).toBe(pod.attempts + 1);
  });

  it('is found where its commit came in between: after it was taken, the branch is looked at again', async () => {
    const [row] = (await accept('a')) as [OperationRow];
    await submit();
    pass(DEADLINE * 2);
    objects.set(workflowName(row), state(row, TRIED));
    const take = setbacks.takeOver.bind(setbacks);
    jest.spyOn(setbacks, 'takeOver').mockImplementationOnce(async (each) => {
      await commitUnseen(each);
      return take(await now(each));
    });
    await round();
    expect(await now(row)).toMatchObject({ status: 'succeeded' });
  });
});

it('read-only nothing is ended, stopped or submitted again; what is on the branch is found', async () => {
  await open();
  const [done, never] = (await accept('a', 'b')) as [OperationRow, OperationRow];
  await submit();
  await commitUnseen(done);
  Object.assign(path.config.values, { readOnly: true });
  pass(DEADLINE * 2);
  objects.set(workflowName(done), state(done, TRIED));
  objects.set(workflowName(never), state(never, TRIED));
  await round();
  expect(await now(done)).toMatchObject({ status: 'succeeded' });
  expect(await now(never)).toMatchObject({ status: 'submitted', handed_over_at: expect.any(String) });
});

describe('a name that somebody else has taken', () => {
  beforeEach(() => open());

  it.each(['a round', 'a submission'])('ends nothing whose commit is on the branch: found by %s', async (who) => {
    const [row] = (await accept('a')) as [OperationRow];
    await submit();
    await commitUnseen(row);
    objects.set(workflowName(row), state(row, { operationId: undefined }));
    if (who === 'a round') await round();
    else {
      await set(row, { handed_over_at: null });
      await submit();
    }
    expect(await now(row)).toMatchObject({ status: 'succeeded', commit: expect.any(String) });
  });

  it('fails what is not there', async () => {
    const [row] = (await accept('a')) as [OperationRow];
    await submit();
    objects.set(workflowName(row), state(row, { operationId: undefined }));
    await round();
    expect(await errorOf(row)).toBe('workflow_name_taken');
  });
});

describe('one row', () => {
  beforeEach(() => open());

  it.each<[FaultKind | 'bug', number | undefined]>([
    ['invalid', 422],
    ['forbidden', 403],
    ['failed', 500],
    ['bug', undefined],
  ])('that is not taken (%s) keeps no other from being submitted', async (kind, status) => {
    const [, second] = (await accept('a', 'b')) as [OperationRow, OperationRow];
    faults.set('a', kind === 'bug' ? new Error('no step') : new KubernetesFault(kind, 'No.', { status }));
    await submit();
    expect((await now(second)).handed_over_at).not.toBeNull();
  });

  it.each<[FaultKind, number | undefined]>([
    ['unreachable', undefined],
    ['not_installed', 404],
    ['failed', 503],
  ])('of a cluster that does not answer (%s) is the only one that asks; all of them say why', async (kind, status) => {
    const rows = await accept('a', 'b');
    faults.set('a', new KubernetesFault(kind, 'Away.', { status }));
    await submit();
    expect(asked).toEqual(['a']);
    const steps = await path.rows.steps(rows[1]!.id);
    expect(steps[0]!.message).toMatch(/^Waits for Argo Workflows: Away\./);
  });

  it('whose branch cannot be looked at keeps no other from being looked at', async () => {
    const [first, second] = (await accept('a', 'b')) as [OperationRow, OperationRow];
    await submit();
    for (const row of [first, second]) objects.set(workflowName(row), state(row, TRIED));
    await set(first, { attempts: 1 });
    jest.spyOn(path.committer, 'recover').mockRejectedValue(new GitError({ command: 'log', kind: 'corrupt' }));
    await round();
    expect((await now(first)).handed_over_at).not.toBeNull();
    expect((await now(second)).handed_over_at).toBeNull();
  });

  it('that the remote refuses is not ended unseen', async () => {
    const [row] = (await accept('a')) as [OperationRow];
    await submit();
    await set(row, { attempts: 1 });
    objects.set(workflowName(row), state(row, { operationId: undefined }));
    path.remote.heads.push(refused, refused, refused);
    await round();
    expect((await now(row)).status).toBe('running');
  });

  it('that a pod has taken since it was read is not given to another Workflow', async () => {
    const [row] = (await accept('a')) as [OperationRow];
    await submit();
    await path.queueOfTasks.take(row.id, ['commit'], { now: new Date(), until: new Date(Date.now() + 60_000) });
    await handovers.takeBack(row, new Date(), 'late');
    expect((await now(row)).handed_over_at).not.toBeNull();
  });
});

it('all operations are looked at, however many there are', async () => {
  await open();
  const [row] = (await accept('a')) as [OperationRow];
  const id = (index: number): string => `Z${String(index).padStart(25, '0')}`;
  const copies = Array.from({ length: 1_100 }, (_, index) => {
    const handed_over_at = index % 2 ? row.submitted_at : null;
    return { ...row, id: id(index), workflow: id(index), idempotency_key: id(index), handed_over_at };
  });
  for (let from = 0; from < copies.length; from += 20) {
    await path.store.db
      .insertInto('operations')
      .values(copies.slice(from, from + 20))
      .execute();
  }
  expect((await handovers.made()).map((each) => each.id)).toEqual(
    copies.filter((each) => each.handed_over_at !== null).map((each) => each.id),
  );
  const due: string[] = [];
  for await (const page of handovers.due(new Date())) due.push(...page.map((each) => each.id));
  expect(due).toHaveLength(551);
});
