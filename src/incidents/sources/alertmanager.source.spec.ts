import fc from 'fast-check';
import { aWorld } from '../../../test/factories/world';
import { readConfig } from '../../platform/config';
import { InvalidInput } from '../../platform/errors';
import { hasHidden } from '../../platform/text/hidden';
import { looksLikeCredential } from '../../platform/text/secrets';
import { LIMITS, TYPE_PATTERN } from '../incident';
import { reportsOf } from './alertmanager.source';
import { readAlertGroup } from './alertmanager.payload';

const NOW = new Date('2026-03-01T12:00:00.000Z');
const world = aWorld({ services: { 'billing/payment-api': { image: { repository: 'a/b', tag: '1' } } } });
const { values } = readConfig({ MCTL_DATA_DIR: '/nowhere' });
const context = { world, settings: values, now: NOW };

const alert = (change: object = {}) => ({
  status: 'firing',
  labels: { alertname: 'KubePodCrashLooping', namespace: 'billing', service: 'payment-api', severity: 'critical' },
  annotations: { summary: 'It restarts' },
  startsAt: '2026-03-01T11:50:00.123456789Z',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: 'http://prometheus/graph?g0.expr=up',
  fingerprint: 'c4f1e2d3a4b5c6d7',
  ...change,
});
const payload = (...alerts: unknown[]) => ({
  version: '4',
  groupKey: '{}:{alertname="X"}',
  truncatedAlerts: 0,
  status: 'firing',
  receiver: 'mctl',
  externalURL: 'http://alertmanager:9093',
  notification_reason: 'something newer versions say',
  alerts,
});
const reports = (body: unknown) => reportsOf(readAlertGroup(body), context);
const one = (change: object = {}) => reports(payload(alert(change)))[0];

function refusal(body: unknown) {
  try {
    readAlertGroup(body);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return { code: error.code, field: error.details.field, expected: error.details.expected, message: error.message };
  }
  throw new Error('was accepted');
}

it('turns a firing alert into a report of its team and service', () => {
  expect(one()).toEqual({
    kind: 'firing',
    team: 'billing',
    service: 'payment-api',
    fingerprint: 'alertmanager:c4f1e2d3a4b5c6d7',
    source: 'alertmanager',
    actor: 'alertmanager',
    type: 'pod_crashloop',
    severity: 'critical',
    summary: 'It restarts',
    since: new Date('2026-03-01T11:50:00.123Z'),
    isOrdered: false,
    evidence: [
      {
        kind: 'labels',
        content: 'alertname: KubePodCrashLooping\nnamespace: billing\nservice: payment-api\nseverity: critical',
      },
      { kind: 'annotations', content: 'summary: It restarts' },
      {
        kind: 'origin',
        content:
          'alertmanager_url: http://alertmanager:9093\ngenerator_url: http://prometheus/graph?g0.expr=up\ngroup: {}:{alertname="X"}\nstarts_at: 2026-03-01T11:50:00.123Z',
      },
    ],
  });
});

it('goes by the status of each alert, not by that of the group', () => {
  const over = alert({ status: 'resolved', endsAt: '2026-03-01T13:55:00+02:00' });
  expect(reports(payload(alert(), over)).map(({ kind }) => kind)).toEqual(['firing', 'cleared']);
  expect(reports(payload(over))[0]).toMatchObject({ kind: 'cleared', asOf: new Date('2026-03-01T11:55:00Z') });
});

it('takes now for times that are zero, absent or in the future', () => {
  expect(one({ startsAt: '2026-03-01T12:10:00Z' })).toMatchObject({ since: NOW });
  expect(one({ startsAt: '0001-01-01T00:00:00Z' })).toMatchObject({ since: NOW });
  expect(one({ status: 'resolved' })).toMatchObject({ asOf: NOW });
  expect(one({ status: 'resolved', endsAt: undefined })).toMatchObject({ asOf: NOW });
});

it('makes a fingerprint of the labels where the sender has none', () => {
  const first = one({ fingerprint: undefined });
  expect(first?.fingerprint).toMatch(/^alertmanager:[0-9a-f]{32}$/);
  expect(one({ fingerprint: 'x y' })?.fingerprint).toBe(first?.fingerprint);
  expect(one({ fingerprint: undefined, labels: { alertname: 'Other' } })?.fingerprint).not.toBe(first?.fingerprint);
});

it('finds words for an alert that says little', () => {
  expect(one({ labels: {}, annotations: {} })).toMatchObject({
    type: 'generic',
    severity: 'warning',
    summary: 'An alert without a name.',
  });
  expect(one({ labels: { alertname: 'DiskFull' }, annotations: undefined })).toMatchObject({ summary: 'DiskFull' });
  expect(one({ annotations: { summary: ' ', description: 'two\nlines' } })).toMatchObject({ summary: 'two lines' });
});

it('marks what Alertmanager left out of a group', () => {
  const [report] = reports({ ...payload(alert()), truncatedAlerts: 12 });
  expect(report).toMatchObject({
    evidence: expect.arrayContaining([{ kind: 'truncated_group', content: expect.stringContaining('12 more alerts') }]),
  });
});

it('keeps no secret of labels and annotations', () => {
  const token = `ghp_${'a'.repeat(36)}`;
  const report = one({
    labels: { db_password: 'hunter2', alertname: 'A' },
    annotations: { summary: `\x1b[31mtoken ${token}`, runbook: `https://u:${'p'.repeat(9)}@x.example/y` },
  });
  expect(JSON.stringify(report)).not.toMatch(/hunter2|ghp_|ppppp|\\u001b/);
  expect(report).toMatchObject({ summary: 'token [masked]' });
});

describe('a payload that is none', () => {
  it.each([
    ['nothing', undefined, 'body'],
    ['a list', [], 'body'],
    ['another version', { ...payload(alert()), version: '3' }, 'version'],
    ['no alerts', { version: '4' }, 'alerts'],
    ['alerts that are none', { version: '4', alerts: 'x' }, 'alerts'],
    ['a negative number', { ...payload(alert()), truncatedAlerts: -1 }, 'truncatedAlerts'],
    ['only odd alerts', payload({ status: 'firing' }), 'alerts[0].labels'],
    ['an unknown status', payload(alert({ status: 'perhaps' })), 'alerts[0].status'],
    ['a label that is no text', payload(alert({ labels: { a: 7 } })), 'alerts[0].labels.a'],
    ['a time that is none', payload(alert({ startsAt: 'yesterday' })), 'alerts[0].startsAt'],
  ])('is refused with the field named: %s', (_, body, field) => {
    expect(refusal(body)).toEqual({
      code: 'malformed_payload',
      field,
      expected: expect.stringMatching(/\S/),
      message: expect.stringContaining(field),
    });
  });

  it('costs only itself where others in the batch are good', () => {
    const group = readAlertGroup(payload(alert(), { odd: true }, alert({ startsAt: 7 }), alert()));
    expect(group.alerts).toHaveLength(2);
    expect(group.problems.map(({ field }) => field)).toEqual(
      expect.arrayContaining(['alerts[1].status', 'alerts[2].startsAt']),
    );
  });

  it('is empty where the group is', () => {
    expect(readAlertGroup(payload()).alerts).toEqual([]);
  });
});

it('makes clean, bounded reports of whatever fits the payload, and refuses the rest in our own words', () => {
  const tags = fc.array(fc.integer({ min: 0xe0000, max: 0xe01ef }), { maxLength: 20 });
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    tags.map((points) => `x${String.fromCodePoint(...points)}`),
  );
  const labels = fc.dictionary(fc.oneof(text, fc.constantFrom('alertname', 'namespace', 'severity', 'team')), text);
  const odd = fc.oneof(fc.jsonValue(), fc.constant(undefined));
  const alerts = fc.array(
    fc.oneof(
      fc.record({
        status: fc.constantFrom('firing', 'resolved'),
        labels,
        annotations: labels,
        startsAt: fc.constant(NOW.toISOString()),
      }),
      odd,
    ),
    { maxLength: 5 },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        odd,
        alerts.map((each) => payload(...each)),
      ),
      (body) => {
        let found;
        try {
          found = reports(body);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidInput);
          return;
        }
        for (const report of found) {
          expect(report.fingerprint).toMatch(/^alertmanager:[0-9a-f]+$/);
          if (report.kind === 'cleared') continue;
          expect(report.type).toMatch(TYPE_PATTERN);
          expect(report.summary.length).toBeLessThanOrEqual(LIMITS.summary);
          for (const each of [report.summary, ...report.evidence.map(({ content }) => content)]) {
            expect(each.length).toBeLessThanOrEqual(LIMITS.evidence);
            expect(hasHidden(each) || looksLikeCredential(each)).toBe(false);
          }
        }
      },
    ),
    { numRuns: 300 },
  );
});
