import { Conflict } from '../platform/errors';
import type { NextAction, Plan, Warning } from '../platform/operations/plan';
import type { IncidentFacts } from './incident';
import { judge, TRANSITIONS } from './transitions.policy';

/** The changes of status that people ask for. */
export type Asked = 'acknowledge' | 'resolve';

interface Words {
  readonly done: string;
  readonly by: (incident: IncidentFacts) => string | undefined;
}

const WORDS: Readonly<Record<Asked, Words>> = {
  acknowledge: { done: 'acknowledged', by: ({ acknowledgedBy }) => acknowledgedBy },
  resolve: { done: 'resolved', by: ({ resolvedBy }) => resolvedBy },
};

/** Sources that go on reporting what is not over. */
const REPEATING = ['alertmanager', 'github'];

/** Target of an operation on an incident, in the row and in the audit trail. The whole id: prefixes may name another one later. */
export function targetOf(id: string): string {
  return `incident/${id}`;
}

/** Undefined where a target is not about an incident. */
export function incidentIn(target: string | null): string | undefined {
  return /^incident\/([0-9a-f]{32})$/.exec(target ?? '')?.[1];
}

/**
 * The plan of a change of status: no file changes, the commit carries the record, the state is written with the operation's ending.
 * @throws Conflict `incident_resolved`, `incident_suppressed` where the table of transitions has no such way.
 */
export function planTransition(asked: Asked, incident: IncidentFacts): Plan {
  const verdict = judge(asked, incident.status);
  if (verdict === 'refused') throw refusal(asked, incident);
  const target = targetOf(incident.id);
  const place = [incident.team, incident.service].filter(Boolean).join('/') || 'no known team';
  const { done, by } = WORDS[asked];
  const isDone = verdict === 'already';
  const earlier = by(incident);
  return {
    changes: [],
    // Nothing that somebody outside wrote: git keeps it for ever. A type is a lower-case word.
    subject: `${asked}(${target}): ${incident.type} of ${place}`,
    summary: isDone
      ? `The incident ${short(incident)} was ${done} already${earlier ? ` by ${earlier}` : ''}; nothing changes.`
      : `The incident ${short(incident)} (${incident.type} of ${place}) is ${done}.`,
    warnings: isDone ? [alreadyDone(done)] : warningsOf(asked, incident),
    destroys: [],
    nextActions: asked === 'resolve' ? [] : [lookAt(incident)],
    answer: {
      incident_id: incident.id,
      previous_status: incident.status,
      incident_status: TRANSITIONS[asked].to,
      changed: !isDone,
    },
    about: { ...(incident.team !== undefined && { team: incident.team }), target },
  };
}

function lookAt({ id }: IncidentFacts): NextAction {
  return { tool: 'mctl_get_incident', arguments: { id }, why: 'see its state, evidence and timeline' };
}

/** As people say it to each other. */
function short({ id }: IncidentFacts): string {
  return id.slice(0, 12);
}

function alreadyDone(done: string): Warning {
  return { code: 'no_change', message: `It was ${done} already; the commit only records the call.` };
}

function warningsOf(asked: Asked, { source }: IncidentFacts): Warning[] {
  if (asked !== 'resolve' || !REPEATING.includes(source)) return [];
  const message = `${source} resolves it by itself once it is over. If it is not, its next report opens this incident again.`;
  return [{ code: 'may_reopen', message }];
}

function refusal(asked: Asked, incident: IncidentFacts): Conflict {
  const { status, resolvedBy } = incident;
  const who = status === 'resolved' && resolvedBy ? ` by ${resolvedBy}` : '';
  return new Conflict(`The incident ${short(incident)} is ${status}${who}, so there is nothing to ${asked}.`, {
    code: `incident_${status}`,
    field: 'id',
    got: status,
    allowed: TRANSITIONS[asked].from,
    fix: 'mctl_list_incidents lists the active ones; what comes back is opened again by its source.',
  });
}
