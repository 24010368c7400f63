import { readConfig } from '../config';
import { Flag, parseInput, Text } from '../schema';
import type { OperationRow } from '../store';
import { AnswerBuilder } from './answer-builder';
import { DestructiveArguments, WriteArguments } from './arguments.dto';
import type { Operation } from './operation';
import type { Planned } from './planner';
import type { OperationRegistry } from './registry';

const nothing = { answer: {}, summary: '', warnings: [], destroys: [] };

/** Codes of the warnings of a plan and of an end without a change, by the paths that the operation declares. */
function warningsOf(paths: readonly string[], status: OperationRow['status'] = 'succeeded'): string[][] {
  const operation = { name: 'x', tool: 'x', paths, input: WriteArguments } as unknown as Operation;
  const registry = { find: () => operation } as unknown as OperationRegistry;
  const answers = new AnswerBuilder(readConfig({ MCTL_DATA_DIR: '/nowhere' }), registry);
  const stored = JSON.stringify({ changes: [], warnings: [], next_actions: [], extra: {} });
  const row = {
    operation: 'x',
    status,
    commit: null,
    summary: '',
    error: null,
    answer: stored,
  } as unknown as OperationRow;
  const planned = { plan: nothing, changes: [], described: [], digest: '' } as unknown as Planned;
  const both = [answers.ofPlan({ operation, input: {} as never }, planned), answers.ofRow(row)];
  return both.map(({ warnings }) => warnings.map(({ code }) => code));
}

it('says that nothing changed where an operation declares files', () => {
  expect(warningsOf(['tenants/{team}/values.yaml'])).toEqual([['no_change'], ['no_change']]);
});

it('is silent where it declares none, and where it failed', () => {
  expect(warningsOf([])).toEqual([[], []]);
  expect(warningsOf(['tenants/{team}/values.yaml'], 'failed')[1]).toEqual([]);
});

describe('the call that a plan says is next', () => {
  class Input extends DestructiveArguments {
    @Text() team: string;
    @Flag({ default: true }) delete_secrets: boolean;
  }
  const operation = { name: 'x', tool: 'mctl_x', paths: [], input: Input } as unknown as Operation;
  const answers = new AnswerBuilder(readConfig({ MCTL_DATA_DIR: '/nowhere' }), {} as OperationRegistry);
  const planned = { plan: nothing, changes: [], described: [], digest: '' } as unknown as Planned;
  const next = (raw: object): unknown => {
    const input = parseInput(Input, { team: 'billing', dry_run: true, wait_seconds: 3, ...raw });
    return answers.ofPlan({ operation, input }, planned).next_actions[0]?.arguments;
  };

  it('has what the caller named, without defaults and without how the plan was asked for', () => {
    expect(next({ delete_secrets: true })).toEqual({ team: 'billing' });
    expect(next({ reason: 'why', idempotency_key: 'a-key-of-mine' })).toEqual({
      team: 'billing',
      reason: 'why',
      idempotency_key: 'a-key-of-mine',
    });
  });

  it('keeps what differs from a default', () => {
    expect(next({ delete_secrets: false })).toEqual({ team: 'billing', delete_secrets: false });
  });
});
