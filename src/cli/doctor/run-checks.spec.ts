import { readConfig } from '../../platform/config';
import { InvalidInput } from '../../platform/errors';
import { type Check, failed, type Finding, ok, skipped } from './check';
import { Patient } from './patient';
import { runChecks } from './run-checks';

const NEVER = new Promise<never>(() => undefined);

function check(name: string, run: Check['run'], more: Partial<Check> = {}): Check {
  return { name, limitMs: 10_000, run, ...more };
}

async function statuses(checks: readonly Check[], wrong: readonly string[] = [], allMs?: number): Promise<string[]> {
  const results = await runChecks(checks, new Patient(readConfig({})), { wrongSettings: new Set(wrong), allMs });
  return results.map(({ name, status, found }) => `${name} ${status}: ${found}`);
}

describe(runChecks, () => {
  it('leaves out what depends on a failed check or a wrong setting, and goes on with the rest', async () => {
    const untouched = jest.fn<Finding, []>();
    const checks = [
      check('one', () => failed('broken', 'mend it')),
      check('two', untouched, { after: ['one'] }),
      check('three', untouched, { after: ['two'] }),
      check('four', untouched, { settings: ['PORT'] }),
      check('five', () => skipped('nothing there')),
      check('six', untouched, { after: ['five'] }),
      check('seven', () => ok('well')),
    ];
    expect(await statuses(checks, ['PORT'])).toEqual([
      'one failed: broken',
      'two skipped: needs: one',
      'three skipped: needs: one',
      'four skipped: PORT is wrong',
      'five skipped: nothing there',
      'six skipped: nothing there',
      'seven ok: well',
    ]);
    expect(untouched).not.toHaveBeenCalled();
  });

  it('takes whatever a check throws for its failure, at once or later, with the words and the fix of the error', async () => {
    const problem = new InvalidInput('It is odd.', { field: 'x', fix: 'Make it even.' });
    const results = await runChecks(
      [
        check('at once', () => {
          throw problem;
        }),
        check('later', () => Promise.reject(new Error('boom'))),
      ],
      new Patient(readConfig({})),
      { wrongSettings: new Set() },
    );
    expect(results).toMatchObject([
      { status: 'failed', found: 'It is odd.', fix: 'Make it even.' },
      { status: 'failed', found: expect.stringContaining('boom') },
    ]);
  });

  it('waits for no check longer than it may take, and tells it so', async () => {
    let told: AbortSignal | undefined;
    const hanging = check(
      'hangs',
      (_, signal) => {
        told = signal;
        return NEVER;
      },
      { limitMs: 20 },
    );
    expect(await statuses([hanging, check('next', () => ok('well'))])).toEqual([
      'hangs failed: no answer within 1 s',
      'next ok: well',
    ]);
    expect(told?.aborted).toBe(true);
  });

  it('comes to an end when the time for all is used up', async () => {
    const checks = [check('hangs', () => NEVER), check('next', () => ok('well'))];
    expect(await statuses(checks, [], 20)).toEqual([
      'hangs failed: no answer within 1 s',
      'next skipped: no time left; the checks before it took too long',
    ]);
  });
});
