import type { OperationRow } from '../../store';
import { isLate } from './late';

const NOW = Date.parse('2026-01-01T01:00:00.000Z');
const row = (change: Partial<OperationRow>): OperationRow =>
  ({
    ...{ stage: 'commit', stage_since: null, task_state: null, submitted_at: '2026-01-01T00:00:00.000Z' },
    ...change,
  }) as OperationRow;
const late = (change: Partial<OperationRow>): boolean => isLate(row(change), 900_000, NOW);

describe('lateness', () => {
  it.each<[string, Partial<OperationRow>, boolean]>([
    ['a commit that was due an hour ago', {}, true],
    [
      'a second commit that became due a minute ago',
      { stage: 'continue', stage_since: '2026-01-01T00:59:00.000Z' },
      false,
    ],
    ['a task that nobody has tried', { stage: 'prepare' }, true],
    ['a task that was tried and says itself how long it waits', { stage: 'prepare', task_state: 'null' }, false],
    ['a task after the first commit, which may wait for days', { stage: 'await' }, false],
  ])('of %s', (_what, change, expected) => {
    expect(late(change)).toBe(expected);
  });
});
