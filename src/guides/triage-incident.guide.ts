import { callText } from '../platform/mcp';
import type { TriageIncidentArguments } from './guides.dto';
import { guideText, REASON, WATCH } from './loop';

/** Those that everybody in the team may call; what only developers may is offered in words of the errors. */
export const TRIAGE_TOOLS = [
  'mctl_list_incidents',
  'mctl_get_incident',
  'mctl_get_service_status',
  'mctl_get_service_logs',
  'mctl_list_recent_operations',
] as const;

/** Those that the end of it needs besides. */
export const ENDING_TOOLS = [
  'mctl_acknowledge_incident',
  'mctl_rollback_service',
  'mctl_scale_service',
  'mctl_get_workflow_status',
  'mctl_resolve_incident',
] as const;

export interface TriageSubject extends TriageIncidentArguments {
  /** Service of the incident, where it is known. */
  readonly service?: string;
  /** Arguments of one step up from its present size; absent = unknown. */
  readonly larger?: Readonly<Record<string, number>>;
  /** Whether the tools of the end are within the bounds of the connection. */
  readonly canChange: boolean;
}

/** How to get from an incident to its cause and its end. Pure. */
export function triageIncident({ team, incident, service, larger, canChange }: TriageSubject): string {
  const id = incident ?? '<id of the worst one>';
  const named = { team, service: service ?? '<its service>' };
  const goal = `Find out what is behind ${incident ? `incident ${incident}` : 'the worst active incident'} of team ${team}, and bring it to an end.`;
  return guideText(goal, [
    `Look. ${callText('mctl_list_incidents', { team })} shows what is active; ${callText('mctl_get_incident', { id })} has evidence, timeline and related_operations. Most incidents follow a change: look at related_operations first.`,
    `Look closer. ${callText('mctl_get_service_status', named)}, ${callText('mctl_get_service_logs', { ...named, since: '1h', level: 'error' })}, ${callText('mctl_list_recent_operations', { team, since: '24h' })}.`,
    `Say what you found: what is broken since when, the likeliest cause with the evidence for it, what speaks against it, and what you could not see.`,
    ...(canChange ? ending(id, named, larger) : [NO_CHANGE]),
  ]);
}

const NO_CHANGE =
  'The tools that would end it are not there on this connection: finish with a proposal for the person, and change nothing.';

function ending(id: string, named: object, larger: object = { replicas: '<more than now>' }): string[] {
  return [
    `Acknowledge, if the person wants that: ${callText('mctl_acknowledge_incident', { id, reason: REASON })}.`,
    `Propose one fix and plan it: ${callText('mctl_rollback_service', { ...named, dry_run: true })} where a deploy caused it, ${callText('mctl_scale_service', { ...named, ...larger, dry_run: true })} where it is load. Show the diff; only after a clear yes the same call with "wait_seconds":25 in place of dry_run.`,
    WATCH,
    `When it is over and the person agrees: ${callText('mctl_resolve_incident', { id, resolution: '<what it was and what ended it>', reason: REASON })}.`,
  ];
}
