import type { SettingValues } from '../../platform/config/settings';
import { digestOf } from '../../platform/crypto';
import type { World } from '../../platform/gitops';
import { foreignLine, foreignPairs, foreignText } from '../../platform/text/foreign-text';
import { LIMITS } from '../incident';
import type { Cleared, Evidence, Firing } from '../report';
import { ownerOf } from './alert-owner.policy';
import { severityOf, typeOf } from './alert-words.policy';
import type { Alert, AlertGroup } from './alertmanager.payload';

const SOURCE = 'alertmanager';
const PAIRS = { pairs: 40, key: 100, value: 500 };
/** Go's zero time, and whatever else stands for "none". */
const EPOCH = new Date(0);

export type AlertSettings = Pick<SettingValues, 'alertTeamLabels' | 'alertServiceLabels' | 'alertSeverityLabel'>;

export interface AlertContext {
  readonly world: World;
  readonly settings: AlertSettings;
  readonly now: Date;
}

/** What the alerts of one delivery say, each by its own status: a group that fires may hold alerts that are over. */
export function reportsOf(group: AlertGroup, context: AlertContext): (Firing | Cleared)[] {
  return group.alerts.map((alert) => reportOf(alert, group, context));
}

function reportOf(alert: Alert, group: AlertGroup, { world, settings, now }: AlertContext): Firing | Cleared {
  const { labels, annotations = {}, status } = alert;
  const owner = ownerOf(labels, world, settings);
  const common = { ...owner, fingerprint: fingerprintOf(alert), source: SOURCE, actor: SOURCE };
  if (status === 'resolved') {
    return {
      ...common,
      kind: 'cleared',
      asOf: pastOr(now, alert.endsAt),
      resolution: 'Alertmanager reports it resolved.',
    };
  }
  return {
    ...common,
    kind: 'firing',
    type: typeOf(labels.alertname ?? ''),
    severity: severityOf(labels[settings.alertSeverityLabel]),
    summary: summaryOf(labels, annotations),
    since: pastOr(now, alert.startsAt),
    evidence: evidenceOf(alert, group),
    isOrdered: false,
  };
}

/** Alertmanager's own, which tells alerts apart by all their labels; where a sender gives none, the same made here. */
function fingerprintOf({ fingerprint, labels }: Alert): string {
  const own = fingerprint !== undefined && /^[0-9a-f]{8,64}$/.test(fingerprint);
  return `${SOURCE}:${own ? fingerprint : digestOf(labels).slice(0, 32)}`;
}

function summaryOf(labels: Alert['labels'], annotations: Record<string, string>): string {
  const { summary, message, description } = annotations;
  const said = [summary, message, description].map((each) => foreignLine(each ?? '', LIMITS.summary)).find(Boolean);
  return said ?? (foreignLine(labels.alertname ?? '', LIMITS.summary) || 'An alert without a name.');
}

function evidenceOf({ labels, annotations = {}, generatorURL = '', startsAt }: Alert, group: AlertGroup): Evidence[] {
  const origin = {
    starts_at: startsAt.toISOString(),
    generator_url: generatorURL,
    alertmanager_url: group.externalUrl,
    group: group.groupKey,
  };
  const parts: readonly (readonly [kind: string, pairs: Record<string, string>])[] = [
    ['labels', labels],
    ['annotations', annotations],
    ['origin', Object.fromEntries(Object.entries(origin).filter(([, value]) => value !== ''))],
  ];
  return [
    ...parts
      .filter(([, pairs]) => Object.keys(pairs).length > 0)
      .map(([kind, pairs]) => ({ kind, content: foreignText(foreignPairs(pairs, PAIRS), LIMITS.evidence) })),
    ...(group.truncated > 0 ? [truncation(group)] : []),
  ];
}

function truncation({ truncated }: AlertGroup): Evidence {
  const content = `Alertmanager left out ${truncated} more alerts of this group (max_alerts): look there for the rest.`;
  return { kind: 'truncated_group', content };
}

/** Clocks differ, and zero times stand for none: nothing begins or ends in the future. */
function pastOr(now: Date, at: Date | undefined): Date {
  return at !== undefined && at > EPOCH && at < now ? at : now;
}
