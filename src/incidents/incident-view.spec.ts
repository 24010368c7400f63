import type { IncidentRow, OperationRow } from '../platform/store';
import { answerOf, lookAtWorst } from './incident-view';

const ID = 'a'.repeat(32);
const about = { team: 'billing', service: 'api' };
const incident = (parts: Partial<IncidentRow> = {}): IncidentRow =>
  ({ id: ID, ...about, status: 'open', severity: 'warning', source: 'alertmanager', ...parts }) as IncidentRow;
const operation = (name: string, input: object, target = 'billing/api'): OperationRow =>
  ({ operation: name, workflow: `${name}-1`, target, summary: '', input: JSON.stringify(input) }) as OperationRow;
const deploy = operation('deploy-service', { action: 'deploy' });
const scale = operation('scale-service', { replicas: 3 });

function nextOf(row: IncidentRow, ...related: OperationRow[]): string[] {
  return answerOf(row, { evidence: [], events: [], related }).next_actions.map(({ tool }) => tool.slice(5));
}

describe('what makes sense next of an incident', () => {
  it.each<[string, OperationRow[]]>([
    ['another image', [deploy]],
    ['another image, of the newest two', [deploy, scale]],
    ['another image, before a change of the whole team', [operation('update-tenant', {}, 'billing'), deploy]],
  ])('has the way back as a plan, where the last change of its service was %s', (_, related) => {
    const wanted = ['get_service_logs', 'acknowledge_incident', 'rollback_service', 'resolve_incident'];
    expect(nextOf(incident(), ...related)).toEqual(wanted);
    const { next_actions } = answerOf(incident(), { evidence: [], events: [], related });
    expect(next_actions[2]).toMatchObject({
      arguments: { ...about, dry_run: true },
      why: expect.stringContaining('deploy-service-1'),
    });
  });

  it.each<[string, OperationRow[]]>([
    ['none', []],
    ['no other image', [scale, deploy]],
    ['the first image there was', [operation('deploy-service', { action: 'onboard' })]],
    ['settings', [operation('deploy-service', { action: 'update-config' })]],
    ['another service of the team', [operation('deploy-service', { action: 'deploy' }, 'billing/web')]],
  ])('has no way back where that change was %s', (_, related) => {
    expect(nextOf(incident(), ...related)).toEqual(['get_service_logs', 'acknowledge_incident', 'resolve_incident']);
  });

  it('is nothing once it is over', () => {
    expect(nextOf(incident({ status: 'resolved' }), deploy)).toEqual([]);
  });

  it('is no look at a service that nobody knows', () => {
    expect(nextOf(incident({ service: null }), deploy)).toEqual(['acknowledge_incident', 'resolve_incident']);
  });
});

describe(lookAtWorst.name, () => {
  it('leads to the worst that is active, of several the first', () => {
    const page = [
      incident({ id: 'over', severity: 'critical', status: 'resolved' }),
      incident({ id: 'mild', severity: 'info' }),
      incident({ id: 'late', severity: 'critical' }),
      incident({ id: 'early', severity: 'critical' }),
    ];
    expect(lookAtWorst(page)).toMatchObject([{ tool: 'mctl_get_incident', arguments: { id: 'late' } }]);
  });

  it('leads nowhere where nothing is active', () => {
    expect(lookAtWorst([incident({ status: 'suppressed' })])).toEqual([]);
    expect(lookAtWorst([])).toEqual([]);
  });
});

it('S40 a related operation’s summary, which repeats what stood in git, is cleaned and named as such', () => {
  const related = { ...deploy, summary: `set by \u202eeve ghp_${'c'.repeat(36)}` };
  const answer = answerOf(incident(), { evidence: [], events: [], related: [related] });
  expect(answer.related_operations[0]?.summary).toBe('set by eve [masked]');
  expect(answer.untrusted.fields).toContain('related_operations[].summary');
});
