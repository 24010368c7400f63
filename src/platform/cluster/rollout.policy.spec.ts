import { type ApplicationState, readApplication } from './application-state';
import { rolloutOf } from './rollout.policy';

const [COMMIT, OLD] = ['c'.repeat(40), '0'.repeat(40)];
const holds = (revision: string) => revision === COMMIT;

function application(changes: Partial<ApplicationState>): ApplicationState {
  const empty = readApplication({ metadata: { name: 'billing-api' } });
  if (!empty) throw new Error('no Application');
  return { ...empty, sync: 'Synced', health: 'Healthy', revision: COMMIT, ...changes };
}

const operation = (phase: string, revision = COMMIT) => ({
  operation: { phase, revision, message: '', startedAt: undefined, finishedAt: undefined },
});
const stateOf = (changes: Partial<ApplicationState>) =>
  rolloutOf({ application: application(changes), isDeclared: true, holds });

it.each([
  ['synced and healthy', {}, 'complete', 0],
  ['its sync succeeded', operation('Succeeded'), 'complete', 0],
  ['an earlier sync failed', operation('Failed', OLD), 'complete', 0],
  ['Argo CD has looked at an earlier commit', { revision: OLD }, 'open', 1],
  ['Argo CD has looked at nothing', { revision: undefined }, 'open', 1],
  ['not synced', { sync: 'OutOfSync' }, 'open', 1],
  ['being synced', { sync: 'OutOfSync', ...operation('Running') }, 'open', 2],
  ['on its way', { health: 'Progressing' }, 'open', 1],
  ['nothing is known', { sync: 'Unknown', health: 'Unknown' }, 'open', 2],
  ['its sync failed', { sync: 'OutOfSync', ...operation('Failed') }, 'failed', 2],
  [
    'the pods it replaces do not run',
    { sync: 'OutOfSync', health: 'Degraded', ...operation('Succeeded', OLD) },
    'open',
    2,
  ],
  ['what was applied does not run', { health: 'Degraded' }, 'failed', 1],
] as const)('%s', (_name, changes, state, missing) => {
  const rollout = stateOf(changes);
  expect([rollout.state, rollout.open.length]).toEqual([state, missing]);
});

it('is open without an Application; what git no longer declares is done when the Application is gone', () => {
  expect(rolloutOf({ application: undefined, isDeclared: true, holds }).state).toBe('open');
  expect(rolloutOf({ application: undefined, isDeclared: false, holds })).toEqual({ state: 'complete', open: [] });
  expect(rolloutOf({ application: application({}), isDeclared: false, holds }).state).toBe('open');
});
