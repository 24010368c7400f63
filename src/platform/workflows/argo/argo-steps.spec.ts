import type { Operation } from '../../operations/operation';
import type { OperationRow, Stage } from '../../store';
import { argoSteps, entrypointOf, entrypoints } from './argo-steps';

const declared = (change: object): Operation => ({ name: 'x', ...change }) as unknown as Operation;
const task = (name: string, applies?: () => boolean) => ({ name, title: name, ...(applies && { applies }) });
const row = (stage: Stage): Pick<OperationRow, 'stage' | 'input'> => ({ stage, input: '{}' });
const all = (operation: Operation): Record<string, string[]> =>
  Object.fromEntries(entrypoints(operation).map(({ name, steps }) => [name, steps.map((step) => step.name)]));

describe('the steps of an operation as pods', () => {
  it('are its commit, where there is nothing else', () => {
    expect(all(declared({}))).toEqual({ x: ['commit'] });
  });

  it('are its task, its commits and what comes between them; each can be begun with', () => {
    const continuation = { name: 'activate', title: 'A', task: task('wait') };
    const operation = declared({ task: task('make'), continuation });
    expect(all(operation)).toEqual({
      x: ['make', 'commit', 'wait', 'commit-activate'],
      'x-from-commit': ['commit', 'wait', 'commit-activate'],
      'x-from-wait': ['wait', 'commit-activate'],
      'x-from-commit-activate': ['commit-activate'],
    });
    const names = (['prepare', 'commit', 'await', 'continue'] as const).map((stage) =>
      entrypointOf(operation, row(stage)),
    );
    expect(names).toEqual(['x', 'x-from-commit', 'x-from-wait', 'x-from-commit-activate']);
  });

  it('of two tasks before the commit are the one that the call needs', () => {
    const operation = declared({ task: task('build', () => false), otherTask: task('make') });
    expect(all(operation)).toEqual({
      x: ['build', 'commit'],
      'x-from-make': ['make', 'commit'],
      'x-from-commit': ['commit'],
    });
    expect(entrypointOf(operation, row('prepare'))).toBe('x-from-make');
  });

  it('are known to the store by the first of the steps that a pod does', () => {
    const continuation = { name: 'activate', title: 'A', task: task('wait') };
    expect(argoSteps(declared({ continuation })).map(({ storeStep }) => storeStep)).toEqual([
      'plan',
      'wait',
      'plan-activate',
    ]);
  });
});
