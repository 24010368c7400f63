import { aWorld } from '../../../test/factories/world';
import { type ApplicationState } from '../../platform/cluster';
import { readApplication } from '../../platform/cluster/application-state';
import { reportsOf } from './argocd.source';

const world = aWorld();
const now = new Date('2026-03-01T12:00:00Z');

function application(changes: Partial<ApplicationState>): ApplicationState {
  const labels = { 'mctl.dev/team': 'billing', 'mctl.dev/service': 'api' };
  const read = readApplication({ metadata: { name: 'billing-api', labels } });
  if (!read) throw new Error('no Application');
  return { ...read, health: 'Healthy', sync: 'Synced', ...changes };
}

const degraded = { health: 'Degraded', healthSince: '2026-03-01T11:00:00Z', healthMessage: 'pods crash' };
const reports = (applications: ApplicationState[], active: string[] = []) =>
  reportsOf(applications, { world, active: new Set(active), now, graceMs: 60_000 });

it('a degraded Application fires once, as of the moment that Argo CD names', () => {
  expect(reports([application(degraded)])).toEqual([
    expect.objectContaining({
      ...{ kind: 'firing', team: 'billing', service: 'api', type: 'argocd_app_degraded', severity: 'critical' },
      ...{ fingerprint: 'argocd:health:billing-api', since: new Date('2026-03-01T11:00:00Z'), isOrdered: true },
      summary: 'billing-api is Degraded: pods crash',
    }),
  ]);
  expect(reports([application(degraded)], ['argocd:health:billing-api'])).toEqual([]);
});

it('what began just now may pass by itself', () => {
  expect(reports([application({ ...degraded, healthSince: '2026-03-01T11:59:30Z' })])).toEqual([]);
});

it('a sync that failed is another incident', () => {
  const operation = { phase: 'Failed', message: 'denied', revision: undefined, startedAt: undefined };
  const failed = application({ operation: { ...operation, finishedAt: '2026-03-01T11:00:00Z' } });
  expect(reports([failed])).toEqual([
    expect.objectContaining({
      type: 'argocd_sync_failed',
      severity: 'warning',
      fingerprint: 'argocd:sync:billing-api',
    }),
  ]);
});

it('is over when it is healthy or gone, and not before', () => {
  const active = ['argocd:health:billing-api'];
  expect(reports([application({})], active)).toEqual([expect.objectContaining({ kind: 'cleared', asOf: now })]);
  expect(reports([], active)).toEqual([
    expect.objectContaining({ resolution: 'Argo CD has no such Application any more.' }),
  ]);
  for (const health of ['Progressing', 'Unknown', 'Missing']) {
    expect(reports([application({ health })], active)).toEqual([]);
  }
});

it('an Application of no team here, or with labels that do not lead to its name, is nobody’s incident', () => {
  expect(reports([application({ ...degraded, team: 'nobody' })])).toEqual([]);
  expect(reports([application({ ...degraded, service: 'other' })])).toEqual([]);
  expect(reports([application({ ...degraded, team: undefined })])).toEqual([]);
});
