import type { Access } from '../platform/auth/access';
import type { Actor } from '../platform/auth/actor';
import type { Config } from '../platform/config';
import { type Bounds, ToolCatalog, type ToolDeclaration, type Toolset } from '../platform/mcp';
import type { AnswerBuilder } from '../platform/operations/answer-builder';
import { WriteArguments } from '../platform/operations/arguments.dto';
import type { Operation } from '../platform/operations/operation';
import type { OperationStore } from '../platform/operations/operation-store';
import { OperationRegistry } from '../platform/operations/registry';
import type { OperationRow, StepRow } from '../platform/store';
import type { Workflows } from '../platform/workflows';
import { OperationTasks } from './operation-tasks';

const deployService = { name: 'deploy-service', tool: 'mctl_deploy_service', kind: 'write' } as unknown as Operation;
const addCustomDomain = { ...deployService, name: 'add-custom-domain', continuation: {} } as unknown as Operation;
const AT = '2026-11-22T10:00:00.000Z';
const ada = { login: 'ada', scopes: ['platform:write', 'platform:read'] } as unknown as Actor;
const row = (operation: Operation, more: Partial<OperationRow> = {}): OperationRow =>
  ({
    id: '1',
    workflow: 'w-1',
    operation: operation.name,
    actor: 'ada',
    status: 'submitted',
    summary: 'done',
    error: null,
    submitted_at: AT,
    started_at: null,
    finished_at: null,
    ...more,
  }) as OperationRow;
const step = (name: string, more: Partial<StepRow> = {}): StepRow =>
  ({ name, title: name, status: 'pending', message: null, started_at: null, finished_at: null, ...more }) as StepRow;

const OPEN: Bounds = { isReadOnly: false };
const cancel = jest.fn();
beforeEach(() => cancel.mockClear());
function tasksOf(found: OperationRow, steps: StepRow[] = [], readOnly = false): OperationTasks {
  const registry = new OperationRegistry();
  registry.register(deployService, addCustomDomain);
  const store = { findByWorkflow: () => Promise.resolve(found), steps: () => Promise.resolve(steps) };
  const answers = { forCaller: () => Promise.resolve({ summary: 'answer' }) };
  const [rows, builder, engine] = [store, answers, { cancel }] as unknown as [OperationStore, AnswerBuilder, Workflows];
  const config = { values: { readOnly, toolsets: [] as string[] } } as unknown as Config;
  const tools = new ToolCatalog({} as Access, config);
  const declaration = {
    name: deployService.tool,
    description: '',
    access: {},
    input: WriteArguments,
    answer: WriteArguments,
  };
  tools.fill([{ declaration: declaration as unknown as ToolDeclaration, group: 'services' }]);
  return new OperationTasks(rows, registry, builder, engine, config, tools);
}

const answer = (status: string) => ({ structuredContent: { operation: { status }, workflow: { name: 'w-1' } } });

describe('OperationTasks', () => {
  it('makes tasks of answers that are not final', async () => {
    const tasks = tasksOf(row(deployService));
    for (const status of ['submitted', 'running']) expect(await tasks.begun(ada, answer(status))).toBeDefined();
    for (const status of ['planned', 'succeeded', 'failed']) {
      expect(await tasks.begun(ada, answer(status))).toBeUndefined();
    }
    for (const other of [{}, undefined, 'text', { content: [] }]) expect(await tasks.begun(ada, other)).toBeUndefined();
  });

  it('keeps no answer back that says what its caller has to do meanwhile', async () => {
    const tasks = tasksOf(row(addCustomDomain));
    expect(await tasks.begun(ada, answer('submitted'))).toBeUndefined();
    // Nor is it one for whoever asks by the name of its workflow.
    expect(await tasks.find(ada, 'w-1')).toBeUndefined();
    await tasks.cancel(ada, 'w-1', OPEN);
    expect(cancel).not.toHaveBeenCalled();
  });

  it('cancels for a token that could have made the call, and for no other', async () => {
    const tasks = tasksOf(row(deployService));
    await expect(tasks.cancel({ ...ada, scopes: ['platform:read'] }, 'w-1', OPEN)).rejects.toMatchObject({
      code: 'insufficient_scope',
    });
    expect(cancel).not.toHaveBeenCalled();
    await tasks.cancel(ada, 'w-1', OPEN);
    expect(cancel).toHaveBeenCalledTimes(1);
  });

  it('cancels on a connection that could have made the call, and on no other', async () => {
    const tasks = tasksOf(row(deployService));
    const to = (toolset: Toolset): Bounds => ({ isReadOnly: false, toolsets: new Set([toolset]) });
    await expect(tasks.cancel(ada, 'w-1', to('incidents'))).rejects.toMatchObject({ code: 'outside_toolsets' });
    expect(cancel).not.toHaveBeenCalled();
    await tasks.cancel(ada, 'w-1', to('services'));
    expect(cancel).toHaveBeenCalledTimes(1);
  });

  it('cancels nothing while MCTL runs read-only', async () => {
    const tasks = tasksOf(row(deployService), [], true);
    await expect(tasks.cancel(ada, 'w-1', OPEN)).rejects.toMatchObject({ code: 'read_only' });
    expect(cancel).not.toHaveBeenCalled();
  });

  it('says the step, what it waits for in one line, and when it last changed', async () => {
    const running = row(deployService, { status: 'running', started_at: '2026-11-22T10:00:01.000Z' });
    const begun = { started_at: '2026-11-22T10:00:02.000Z', status: 'running' as const };
    const waiting = [
      step('Plan', { status: 'succeeded' }),
      step('Push', { ...begun, message: 'no\nanswer\u001b[31m' }),
    ];
    expect(await tasksOf(running, waiting).find(ada, 'w-1')).toEqual({
      taskId: 'w-1',
      status: 'working',
      statusMessage: '2/2 Push: no answer (too late to cancel)',
      createdAt: AT,
      lastUpdatedAt: begun.started_at,
      ttlMs: null,
      pollIntervalMs: 5_000,
    });
    expect((await tasksOf(running, [step('Plan', begun)]).find(ada, 'w-1'))?.pollIntervalMs).toBe(1_000);
  });

  it('tells what was cancelled from what failed', async () => {
    const error = (code: string): string => JSON.stringify({ code, message: `${code}.` });
    const cancelled = await tasksOf(row(deployService, { status: 'failed', error: error('cancelled') })).find(ada, '');
    expect(cancelled).toMatchObject({ status: 'cancelled', statusMessage: 'cancelled.' });
    expect(cancelled).not.toHaveProperty('result');
    const failed = await tasksOf(row(deployService, { status: 'failed', error: error('taken') })).find(ada, '');
    expect(failed).toMatchObject({ status: 'completed', result: { structuredContent: { summary: 'answer' } } });
  });
});
