import type { NextAction } from '../platform/operations/plan';
import { untrusted, type UntrustedPart } from '../platform/schema';
import type { IncidentEventRow, IncidentEvidenceRow, IncidentRow, OperationRow } from '../platform/store';
import { foreignLine } from '../platform/text/foreign-text';
import { ACTIVE, SEVERITIES, type Severity, type Status } from './incident';
import type { IncidentAnswer, IncidentItem, RelatedOperationItem } from './incidents.dto';
import { judge } from './transitions.policy';

const PROVENANCE =
  'alerts, commits and people outside of MCTL: cleaned, cut and with credentials masked, but nobody vouches for it';

/** Longest sentence of an operation that is told. */
const SUMMARY = 1000;

export const LIST_UNTRUSTED: UntrustedPart = untrusted(PROVENANCE, { fields: ['items[].summary', 'items[].type'] });

const ONE_UNTRUSTED: UntrustedPart = untrusted(PROVENANCE, {
  fields: [
    ...['summary', 'type', 'fingerprint', 'evidence[].content', 'timeline[].text'],
    ...[
      'analysis',
      'proposed_fix',
      'pr_url',
      'resolution',
      'related_operations[].summary',
      'related_operations[].reason',
    ],
  ],
});

export function itemOf(row: IncidentRow): IncidentItem {
  return {
    id: row.id,
    type: row.type,
    team: row.team || null,
    service: row.service,
    severity: row.severity,
    status: row.status,
    summary: row.summary,
    occurrences: row.occurrences,
    first_seen: row.first_seen,
    last_seen: row.last_seen,
    acknowledged_by: row.acknowledged_by,
  };
}

export interface IncidentParts {
  readonly evidence: readonly IncidentEvidenceRow[];
  readonly events: readonly IncidentEventRow[];
  readonly related: readonly OperationRow[];
}

export function answerOf(row: IncidentRow, { evidence, events, related }: IncidentParts): IncidentAnswer {
  return {
    ...itemOf(row),
    fingerprint: row.fingerprint,
    source: row.source,
    flaps: row.flaps,
    acknowledged_at: row.acknowledged_at,
    resolved_by: row.resolved_by,
    resolved_at: row.resolved_at,
    resolution: row.resolution,
    analysis: row.analysis,
    proposed_fix: row.proposed_fix,
    pr_url: row.pr_url,
    evidence: evidence.map(({ at, kind, source, content }) => ({ at, kind, source, content })),
    timeline: events.map(({ at, event, actor, text, operation_id }) => ({
      at,
      event,
      actor,
      text,
      operation: operation_id,
    })),
    dropped: droppedOf(evidence) + droppedOf(events),
    related_operations: related.map(relatedOf),
    untrusted: ONE_UNTRUSTED,
    next_actions: nextOf(row, related),
  };
}

/** Numbers go on when old rows are dropped. */
function droppedOf(rows: readonly { readonly seq: number }[]): number {
  return (rows.at(-1)?.seq ?? 0) - rows.length;
}

function relatedOf(row: OperationRow): RelatedOperationItem {
  const { operation, workflow, target, status, actor, submitted_at, finished_at, reason, commit } = row;
  // It repeats what stood in the repository, where others than MCTL write as well.
  const summary = foreignLine(row.summary, SUMMARY);
  return { operation, workflow, target, status, actor, submitted_at, finished_at, summary, reason, commit };
}

function nextOf({ id, team, service, status }: IncidentRow, related: readonly OperationRow[]): NextAction[] {
  const can = (transition: 'acknowledge' | 'resolve'): boolean => judge(transition, status as Status) === 'goes';
  if (!can('resolve')) return [];
  return [
    ...(team && service
      ? [{ tool: 'mctl_get_service_logs', arguments: { team, service }, why: 'what the service says itself' }]
      : []),
    ...(can('acknowledge')
      ? [{ tool: 'mctl_acknowledge_incident', arguments: { id }, why: 'tell the team that somebody looks into it' }]
      : []),
    ...(service ? wayBack({ team, service }, related) : []),
    { tool: 'mctl_resolve_incident', arguments: { id }, why: 'once it is over' },
  ];
}

/** Most incidents follow a change: where the last one before it was another image, there is a way back. */
function wayBack({ team, service }: { team: string; service: string }, related: readonly OperationRow[]): NextAction[] {
  const change = related.find(({ target }) => target === `${team}/${service}`);
  if (!change || !isNewImage(change)) return [];
  const why = `plan the way back, if ${change.workflow} caused it`;
  return [{ tool: 'mctl_rollback_service', arguments: { team, service, dry_run: true }, why }];
}

function isNewImage({ operation, input }: OperationRow): boolean {
  return operation === 'deploy-service' && (JSON.parse(input) as { action?: string }).action === 'deploy';
}

/** The worst of a page, of several the one reported last; nothing where none of them is active. */
export function lookAtWorst(page: readonly IncidentRow[]): NextAction[] {
  const rank = ({ severity }: IncidentRow): number => SEVERITIES.indexOf(severity as Severity);
  const [worst] = page.filter(({ status }) => ACTIVE.includes(status as Status)).sort((a, b) => rank(a) - rank(b));
  if (!worst) return [];
  return [{ tool: 'mctl_get_incident', arguments: { id: worst.id }, why: 'its evidence, and what changed before it' }];
}
