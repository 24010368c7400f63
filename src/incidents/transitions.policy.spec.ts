import { STATUSES } from './incident';
import { judge, type Transition, TRANSITIONS } from './transitions.policy';

const table = (transition: Transition) => STATUSES.map((status) => `${status}: ${judge(transition, status)}`);

it('acknowledges what is active, plainly twice, and never what is over', () => {
  expect(table('acknowledge')).toEqual([
    'open: goes',
    'acknowledged: already',
    'analyzing: goes',
    'fix_proposed: goes',
    'resolved: refused',
    'suppressed: refused',
  ]);
});

it('resolves everything that is not resolved', () => {
  expect(table('resolve').filter((line) => !line.endsWith('goes'))).toEqual(['resolved: already']);
});

it('reopens only what was resolved', () => {
  expect(table('reopen').filter((line) => line.endsWith('goes'))).toEqual(['resolved: goes']);
});

it('does not take an investigation back to an earlier state', () => {
  expect(table('analyse')).toContain('fix_proposed: refused');
  expect(table('propose')).toContain('analyzing: goes');
});

it('leads nowhere that it also comes from', () => {
  for (const { from, to } of Object.values(TRANSITIONS)) expect(from).not.toContain(to);
});
