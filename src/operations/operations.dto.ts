import { SourceState } from '../platform/cluster';
import { DURATION_PATTERN } from '../platform/config/duration';
import { CommitRef, Name, NextActionItem, WarningItem } from '../platform/operations/dto';
import {
  Choice,
  Flag,
  Integer,
  ListOf,
  Nested,
  object,
  PageArguments,
  pageOf,
  Text,
  text,
  UntrustedPart,
} from '../platform/schema';

export class OperationItem {
  @Text() name: string;
  @Text() title: string;
  @Text() risk: string;
  @Text() kind: string;
  @Text() role: string;
  @Text() tool: string;
}

export class ListOperationsInput extends PageArguments {}
export class OperationList extends pageOf<OperationItem>(object(() => OperationItem)) {}

export class GetOperationInput {
  @Text({ maxLength: 60, description: 'E.g. deploy-service.' }) operation: string;
}

export class ParameterItem {
  @Text() name: string;
  @Text() type: string;
  @Flag() required: boolean;
  @Text({ nullable: true, description: 'As JSON.' }) default: string | null;
  @Text() rule: string;
  @Text() description: string;
}

export class StepItem {
  @Text() name: string;
  @Text() title: string;
}

export class OperationAnswer extends OperationItem {
  @Text() description: string;
  @ListOf(object(() => ParameterItem)) parameters: ParameterItem[];
  @ListOf(text()) paths: string[];
  @Text() workflow_template: string;
  @ListOf(object(() => StepItem)) steps: StepItem[];
}

export class ListRecentOperationsInput extends PageArguments {
  @Name({ optional: true, description: 'Only this team.' }) team?: string;
  @Text({ optional: true, maxLength: 100, description: 'Only this login.' }) actor?: string;
  @Text({ optional: true, maxLength: 60, description: 'Only this one.' }) operation?: string;
  @Text({
    optional: true,
    maxLength: 20,
    description: 'submitted, succeeded, failed, planned or refused.',
    brief: 'E.g. failed, refused.',
  })
  status?: string;
  @Text({
    optional: true,
    pattern: DURATION_PATTERN,
    rule: 'a duration such as 30m or 7d',
    maxLength: 12,
    description: 'Not older than, e.g. 24h.',
    brief: 'E.g. 24h.',
  })
  since?: string;
}

export class AuditItem {
  @Integer() seq: number;
  @Text() at: string;
  @Text() operation: string;
  @Text() status: string;
  @Text() actor: string;
  @Text({ nullable: true }) team: string | null;
  @Text({ nullable: true }) target: string | null;
  @Text() through: string;
  @Text({ nullable: true }) reason: string | null;
  @Text({ nullable: true }) code: string | null;
  @Text({ nullable: true }) workflow: string | null;
  @Text({ nullable: true }) commit: string | null;
}

export class AuditList extends pageOf<AuditItem>(object(() => AuditItem)) {
  @Nested(() => UntrustedPart) untrusted: UntrustedPart;
}

const WORKFLOW_FILTERS = ['active', 'submitted', 'running', 'succeeded', 'failed'] as const;

export class ListWorkflowsInput extends PageArguments {
  @Name({ optional: true, description: 'Only this team.' }) team?: string;
  @Choice(WORKFLOW_FILTERS, {
    optional: true,
    description: 'active = submitted or running.',
    brief: 'active: not ended.',
  })
  status?: (typeof WORKFLOW_FILTERS)[number];
}

export class WorkflowItem {
  @Text() workflow: string;
  @Text() operation: string;
  @Text({ nullable: true }) team: string | null;
  @Text() status: string;
  @Text() actor: string;
  @Text() submitted_at: string;
  @Text({ nullable: true }) started_at: string | null;
  @Text({ nullable: true }) finished_at: string | null;
  @Text() progress: string;
}

export class WorkflowList extends pageOf<WorkflowItem>(object(() => WorkflowItem)) {}

export class GetWorkflowInput {
  @Text({ maxLength: 100, description: 'Its name, from the answer of a write.', brief: 'Its name.' }) workflow: string;
  @Integer({
    minimum: 0,
    maximum: 200,
    default: 20,
    description: 'Log lines of the running or failed step.',
    brief: 'Log lines.',
  })
  log_lines: number;
}

export class WorkflowStepItem {
  @Text() name: string;
  @Text() status: string;
  @Text({ nullable: true }) started_at: string | null;
  @Text({ nullable: true }) finished_at: string | null;
  @Text({ nullable: true }) message: string | null;
}

export class LogLineItem {
  @Text() at: string;
  @Text() step: string;
  @Text() line: string;
}

export class RolloutItem {
  @Text({ description: 'Argo CD Application.' }) application: string;
  @Choice(['complete', 'open', 'failed'], {
    description: 'complete: this commit or a later one is synced and healthy.',
  })
  state: 'complete' | 'open' | 'failed';
  @Text() sync: string;
  @Text() health: string;
  @Text({ nullable: true, description: 'Commit that Argo CD compared.' }) revision: string | null;
  @ListOf(text(), { description: 'What is still missing.' }) open: string[];
  @Text({ nullable: true, description: 'What Argo CD says of it.' }) message: string | null;
}

export class WorkflowSource {
  @Nested(() => SourceState, { description: 'What became of the commit there.' }) cluster: SourceState;
}

export class WorkflowAnswer {
  @Text() workflow: string;
  @Text() operation: string;
  @Text() operation_id: string;
  @Text({ nullable: true }) team: string | null;
  @Text({ nullable: true }) target: string | null;
  @Text() engine: string;
  @Text() status: string;
  @Text() progress: string;
  @Text() summary: string;
  @Text() actor: string;
  @Text({ nullable: true }) reason: string | null;
  @Text() submitted_at: string;
  @Text({ nullable: true }) finished_at: string | null;
  @ListOf(object(() => WorkflowStepItem)) steps: WorkflowStepItem[];
  @ListOf(object(() => LogLineItem), { asked: true }) logs: LogLineItem[];
  @Nested(() => CommitRef, { nullable: true }) commit: CommitRef | null;
  @ListOf(object(() => RolloutItem), { description: 'Of each Application that the commit changes.' })
  rollout: RolloutItem[];
  @Nested(() => WorkflowSource) source: WorkflowSource;
  @Text({ nullable: true, description: 'Why it failed, and the fix.' }) error: string | null;
  @ListOf(object(() => WarningItem)) warnings: WarningItem[];
  @ListOf(object(() => NextActionItem)) next_actions: NextActionItem[];
  @Nested(() => UntrustedPart) untrusted: UntrustedPart;
}
