import { DURATION_PATTERN } from '../platform/config/duration';
import { Name, NextActionItem, WarningItem, WriteAnswer, WriteArguments } from '../platform/operations/dto';
import {
  Choice,
  Flag,
  Integer,
  ListOf,
  MapOf,
  Nested,
  object,
  PageArguments,
  pageOf,
  Text,
  text,
  UntrustedPart,
} from '../platform/schema';
import { ID_PATTERN, LIMITS, SEVERITIES, type Severity, STATUSES, TYPE_PATTERN, TYPE_RULE } from './incident';

const ID = {
  pattern: ID_PATTERN,
  rule: '8 to 32 hex digits, lower case',
  maxLength: 32,
  description: 'Its id from mctl_list_incidents, or the first 8 or more digits of it.',
  brief: 'Its id, or the first 8 digits or more.',
};
const STATUS_FILTERS = ['active', ...STATUSES] as const;

export class ListIncidentsInput extends PageArguments {
  @Name({ optional: true, description: 'Only this team.' }) team?: string;
  @Name({ optional: true, description: 'Only of services of this name.', brief: 'Only this service.' })
  service?: string;
  @Choice(STATUS_FILTERS, {
    default: 'active',
    description: 'active = neither resolved nor suppressed.',
    brief: 'active: not ended.',
  })
  status: (typeof STATUS_FILTERS)[number];
  @Choice(SEVERITIES, { optional: true, description: 'Only this one.' }) severity?: Severity;
  @Text({
    optional: true,
    maxLength: 60,
    description: 'Only of this type, e.g. pod_crashloop.',
    brief: 'E.g. pod_crashloop.',
  })
  type?: string;
  @Text({
    optional: true,
    pattern: DURATION_PATTERN,
    rule: 'a duration such as 30m or 7d',
    maxLength: 12,
    description: 'Reported within, e.g. 24h.',
    brief: 'E.g. 24h.',
  })
  since?: string;
}

export class GetIncidentInput {
  @Text(ID) id: string;
}

export class IncidentSummaryInput {
  @Name({ optional: true, description: 'Only this team.' }) team?: string;
}

export class AcknowledgeIncidentInput extends WriteArguments {
  @Text(ID) id: string;
}

export class ResolveIncidentInput extends WriteArguments {
  @Text(ID) id: string;
  @Text({
    optional: true,
    maxLength: LIMITS.resolution,
    description: 'What it was and what ended it; for the team.',
    brief: 'What ended it.',
  })
  resolution?: string;
}

export class IncidentItem {
  @Text() id: string;
  @Text() type: string;
  @Text({ nullable: true, description: 'Null = no team is known for it; administrators only.' }) team: string | null;
  @Text({ nullable: true }) service: string | null;
  @Text() severity: string;
  @Text() status: string;
  @Text({ description: 'Untrusted.' }) summary: string;
  @Integer({ description: 'How often it was reported, reminders and retries included.' }) occurrences: number;
  @Text() first_seen: string;
  @Text() last_seen: string;
  @Text({ nullable: true }) acknowledged_by: string | null;
}

export class IncidentList extends pageOf<IncidentItem>(object(() => IncidentItem)) {
  @Nested(() => UntrustedPart) untrusted: UntrustedPart;
  @ListOf(object(() => WarningItem)) warnings: WarningItem[];
  @ListOf(object(() => NextActionItem)) next_actions: NextActionItem[];
}

export class EvidenceItem {
  @Text() at: string;
  @Text({ description: 'labels, annotations, origin, workflow_run, truncated_group, left_out or note.' }) kind: string;
  @Text() source: string;
  @Text({ description: 'Untrusted.' }) content: string;
}

export class TimelineItem {
  @Text() at: string;
  @Text() event: string;
  @Text({ description: 'A login, or the name of a source.' }) actor: string;
  @Text({ nullable: true, description: 'Untrusted.' }) text: string | null;
  @Text({ nullable: true }) operation: string | null;
}

export class RelatedOperationItem {
  @Text() operation: string;
  @Text() workflow: string;
  @Text({ nullable: true }) target: string | null;
  @Text() status: string;
  @Text() actor: string;
  @Text() submitted_at: string;
  @Text({ nullable: true }) finished_at: string | null;
  @Text() summary: string;
  @Text({ nullable: true }) reason: string | null;
  @Text({ nullable: true }) commit: string | null;
}

export class IncidentAnswer extends IncidentItem {
  @Text({ description: 'Reports with the same one are the same incident.' }) fingerprint: string;
  @Text({ description: 'alertmanager, argocd, github, manual or mctl.' }) source: string;
  @Integer({ description: 'How often it came back after it was resolved.' }) flaps: number;
  @Text({ nullable: true }) acknowledged_at: string | null;
  @Text({ nullable: true }) resolved_by: string | null;
  @Text({ nullable: true }) resolved_at: string | null;
  @Text({ nullable: true, description: 'Untrusted.' }) resolution: string | null;
  @Text({ nullable: true, description: 'Untrusted.' }) analysis: string | null;
  @Text({ nullable: true, description: 'Untrusted.' }) proposed_fix: string | null;
  @Text({ nullable: true, description: 'Untrusted; look before you open it.' }) pr_url: string | null;
  @ListOf(object(() => EvidenceItem), { description: 'What its sources said, oldest first.' }) evidence: EvidenceItem[];
  @ListOf(object(() => TimelineItem), { description: 'Oldest first.' }) timeline: TimelineItem[];
  @Integer({ description: 'Older pieces of evidence and timeline that are no longer kept.' }) dropped: number;
  @ListOf(object(() => RelatedOperationItem), {
    description:
      'Operations on the service, or on the whole team, in the hour before it began this time, newest first.',
  })
  related_operations: RelatedOperationItem[];
  @Nested(() => UntrustedPart) untrusted: UntrustedPart;
  @ListOf(object(() => NextActionItem)) next_actions: NextActionItem[];
}

const COUNT = { kind: 'integer' } as const;

export class IncidentSummary {
  @MapOf(COUNT) by_status: Record<string, number>;
  @MapOf(COUNT) by_severity: Record<string, number>;
  @MapOf(COUNT, { description: 'The 50 most frequent; the others together as (other).' }) by_type: Record<
    string,
    number
  >;
  @MapOf(COUNT, { description: 'Those of no known team as (unassigned).' }) by_team: Record<string, number>;
  @Integer({ description: 'Active incidents that you may see.' }) total: number;
}

/** What a transition says beside the spine of every write. */
class TransitionAnswer extends WriteAnswer {
  @Text({ optional: true, description: 'The whole id.' }) incident_id?: string;
  @Text({ optional: true, description: 'Its status before the call.' }) previous_status?: string;
  @Text({ optional: true, description: 'Its status once the operation has succeeded.' }) incident_status?: string;
  @Flag({ optional: true, description: 'False where it was so already.' }) changed?: boolean;
}

export class AcknowledgeIncidentAnswer extends TransitionAnswer {}
export class ResolveIncidentAnswer extends TransitionAnswer {}

/** Body of `POST /api/v1/incidents`. */
export class ReportIncidentInput {
  @Name({ description: 'Team.' }) team: string;
  @Name({ optional: true, description: 'The service it is about.' }) service?: string;
  @Text({ pattern: TYPE_PATTERN, rule: TYPE_RULE, maxLength: 60, default: 'manual', description: 'What kind it is.' })
  type: string;
  @Choice(SEVERITIES, { default: 'warning', description: 'How bad it is.' }) severity: Severity;
  @Text({ minLength: 1, maxLength: LIMITS.summary, description: 'What is wrong, in one sentence.' }) summary: string;
  @Text({
    optional: true,
    pattern: /^[\x21-\x7e]{1,200}$/,
    rule: 'printable ASCII without spaces',
    maxLength: LIMITS.fingerprint,
    description:
      'Names what is wrong: a report with that of an incident that is not resolved is a repetition of it. To one of a source (alertmanager:, argocd:, github:) only evidence, analysis and fix are added.',
  })
  fingerprint?: string;
  @ListOf(text({ maxLength: LIMITS.evidence }), { optional: true, maxItems: 10, description: 'What was seen.' })
  evidence?: string[];
  @Text({ optional: true, maxLength: LIMITS.analysis, description: 'What an investigation found.' }) analysis?: string;
  @Text({ optional: true, maxLength: LIMITS.proposedFix, description: 'What would end it.' }) proposed_fix?: string;
  @Text({
    optional: true,
    pattern: /^https:\/\/[A-Za-z0-9.-]+(:\d{1,5})?\/[\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]*$/,
    rule: 'an https URL without credentials',
    maxLength: LIMITS.prUrl,
    description: 'Pull request with the fix.',
  })
  pr_url?: string;
}

/** Answer of `POST /api/v1/incidents`. */
export class ReportedIncident extends IncidentAnswer {
  @Text({ description: 'created, repeated, reopened or counted.' }) outcome: string;
}
