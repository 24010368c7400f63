import { refusalOf } from '../../test/factories/plan';
import type { IncidentFacts, Status } from './incident';
import { incidentIn, planTransition, targetOf } from './transition.plan';

const ID = '0123456789abcdef0123456789abcdef';
const incident = (status: Status, change: Partial<IncidentFacts> = {}): IncidentFacts => ({
  id: ID,
  team: 'billing',
  service: 'api',
  type: 'pod_crashloop',
  status,
  source: 'alertmanager',
  ...change,
});

it('plans an empty commit that names the incident, its team and nothing that came from outside', () => {
  expect(planTransition('acknowledge', incident('open'))).toMatchObject({
    changes: [],
    subject: `acknowledge(incident/${ID}): pod_crashloop of billing/api`,
    summary: 'The incident 0123456789ab (pod_crashloop of billing/api) is acknowledged.',
    warnings: [],
    answer: { incident_id: ID, previous_status: 'open', incident_status: 'acknowledged', changed: true },
    about: { team: 'billing', target: `incident/${ID}` },
  });
});

it('answers a repetition plainly', () => {
  const plan = planTransition('acknowledge', incident('acknowledged', { acknowledgedBy: 'dave' }));
  expect(plan.summary).toBe('The incident 0123456789ab was acknowledged already by dave; nothing changes.');
  expect(plan.warnings).toEqual([{ code: 'no_change', message: expect.stringContaining('already') }]);
  expect(plan.answer).toMatchObject({ changed: false, incident_status: 'acknowledged' });
  expect(planTransition('resolve', incident('resolved')).answer).toMatchObject({ changed: false });
});

it('refuses to acknowledge what is over', () => {
  expect(refusalOf(() => planTransition('acknowledge', incident('resolved', { resolvedBy: 'olga' })))).toMatchObject({
    kind: 'Conflict',
    code: 'incident_resolved',
    field: 'id',
    message: 'The incident 0123456789ab is resolved by olga, so there is nothing to acknowledge.',
  });
  expect(refusalOf(() => planTransition('acknowledge', incident('suppressed')))).toMatchObject({
    code: 'incident_suppressed',
  });
});

it('warns that a source may open again what a person resolves', () => {
  const codes = (source: string) =>
    planTransition('resolve', incident('open', { source })).warnings.map(({ code }) => code);
  expect([codes('alertmanager'), codes('github'), codes('manual')]).toEqual([['may_reopen'], ['may_reopen'], []]);
});

it('is about no team where none is known', () => {
  const { about, subject } = planTransition('resolve', incident('open', { team: undefined, service: undefined }));
  expect(about).toEqual({ target: `incident/${ID}` });
  expect(subject).toContain('of no known team');
});

it('finds the incident in a target, and nothing in others', () => {
  expect(incidentIn(targetOf(ID))).toBe(ID);
  expect([
    incidentIn('billing/api'),
    incidentIn(null),
    incidentIn('incident/0123'),
    incidentIn(`${targetOf(ID)}x`),
  ]).toEqual(Array(4).fill(undefined));
});
