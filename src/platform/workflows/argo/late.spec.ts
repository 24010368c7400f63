import type { Config } from '../../config';
import type { OperationRow } from '../../store';
import { Lateness } from './late';

const MINUTE = 60_000;
const START = Date.parse('2026-01-01T00:00:00.000Z');
const at = (minutes: number): string => new Date(START + minutes * MINUTE).toISOString();
const row = (change: Partial<OperationRow> = {}): OperationRow =>
  ({
    ...{ id: 'a', stage: 'commit', stage_since: null, task_state: null, submitted_at: at(0), handed_over_at: at(0) },
    ...change,
  }) as OperationRow;
/** Of a process that begins at minute 0, with a deadline of 15. */
let lateness: Lateness;
const go = (minutes: number): unknown => jest.setSystemTime(START + minutes * MINUTE);

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'], now: START });
  lateness = new Lateness({ values: { workflowDeadline: 15 * MINUTE } } as Config);
});
afterEach(() => jest.useRealTimers());

describe('lateness', () => {
  it.each<[string, Partial<OperationRow>, boolean]>([
    ['a commit that was due an hour ago', {}, true],
    ['a second commit that became due a minute ago', { stage: 'continue', stage_since: at(59) }, false],
    ['a task that nobody has tried', { stage: 'prepare' }, true],
    ['a task that was tried and says itself how long it waits', { stage: 'prepare', task_state: 'null' }, false],
    ['a task after the first commit, which may wait for days', { stage: 'await' }, false],
  ])('of %s', (_what, change, expected) => {
    go(60);
    expect(lateness.isLate(row(change))).toBe(expected);
  });

  it('is none for time in which MCTL was away or read-only: that has ended with a start', () => {
    const old = row({ submitted_at: '2025-12-31T00:00:00.000Z' });
    go(14);
    expect(lateness.isLate(old)).toBe(false);
    go(16);
    expect(lateness.isLate(old)).toBe(true);
  });

  it('is none for time in which others had the lock, unless it has had its try', () => {
    go(60);
    lateness.sawQueued(row());
    go(61);
    expect([lateness.isLate(row()), lateness.isLateInTurn(row()), lateness.isOverdue(row())]).toEqual([
      true,
      false,
      false,
    ]);
    lateness.forget();
    expect(lateness.isLateInTurn(row())).toBe(false);
    go(76);
    lateness.forget();
    expect([lateness.isLateInTurn(row()), lateness.isOverdue(row())]).toEqual([true, true]);
  });

  it('of a Workflow that is there is counted from when it was made', () => {
    go(60);
    expect(lateness.isOverdue(row({ handed_over_at: at(50) }))).toBe(false);
    expect(lateness.isOverdue(row({ handed_over_at: at(44) }))).toBe(true);
  });
});
