import { readConfig } from '../config';
import type { OperationRow } from '../store';
import { AnswerBuilder } from './answer-builder';
import type { Operation } from './operation';
import type { Planned } from './planner';
import type { OperationRegistry } from './registry';

const nothing = { answer: {}, summary: '', warnings: [], destroys: [] };

/** Codes of the warnings of a plan and of an end without a change, by the paths that the operation declares. */
function warningsOf(paths: readonly string[], status: OperationRow['status'] = 'succeeded'): string[][] {
  const operation = { name: 'x', tool: 'x', paths } as unknown as Operation;
  const registry = { find: () => operation } as unknown as OperationRegistry;
  const answers = new AnswerBuilder(readConfig({ MCTL_DATA_DIR: '/nowhere' }), registry);
  const stored = JSON.stringify({ changes: [], warnings: [], next_actions: [], extra: {} });
  const row = { operation: 'x', status, commit: null, error: null, answer: stored } as unknown as OperationRow;
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
