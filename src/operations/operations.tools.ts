import { Inject } from '@nestjs/common';
import { McpController } from '@rekog/mcp-nest';
import type { Actor } from '../platform/auth/actor';
import { Caller, CORE, Input, InToolset, ReadTool } from '../platform/mcp';
import {
  AuditList,
  GetOperationInput,
  GetWorkflowInput,
  ListOperationsInput,
  ListRecentOperationsInput,
  ListWorkflowsInput,
  OperationAnswer,
  OperationList,
  WorkflowAnswer,
  WorkflowList,
} from './operations.dto';
import { OperationsService } from './operations.service';
import { WorkflowsService } from './workflows.service';

@InToolset('operations')
@McpController()
export class OperationsTools {
  constructor(
    @Inject(OperationsService) private readonly operations: OperationsService,
    @Inject(WorkflowsService) private readonly workflows: WorkflowsService,
  ) {}

  @ReadTool({
    name: 'mctl_list_operations',
    title: 'List Operations',
    description: 'Every kind of change MCTL can make: risk, least role, tool.',
    role: 'any',
    team: 'none',
    input: ListOperationsInput,
    answer: OperationList,
  })
  list(@Input() input: ListOperationsInput, @Caller() actor: Actor): OperationList {
    return this.operations.list(actor, input);
  }

  @ReadTool({
    name: 'mctl_get_operation',
    title: 'Get Operation',
    description: 'One kind of change in full: parameters with rules, files it touches, steps.',
    role: 'any',
    team: 'none',
    input: GetOperationInput,
    answer: OperationAnswer,
  })
  get(@Input() input: GetOperationInput, @Caller() actor: Actor): OperationAnswer {
    return this.operations.get(actor, input);
  }

  @ReadTool({
    name: 'mctl_list_recent_operations',
    title: 'Recent Operations',
    description:
      'Audit trail of your teams, newest first: who did what, with which outcome and commit. Refused and planned calls are in it too.',
    role: 'any',
    team: 'none',
    input: ListRecentOperationsInput,
    answer: AuditList,
  })
  recent(@Input() input: ListRecentOperationsInput, @Caller() actor: Actor): Promise<AuditList> {
    return this.operations.recent(actor, input);
  }

  @ReadTool({
    name: 'mctl_list_workflows',
    title: 'List Workflows',
    description:
      'Workflows of your teams, newest first, with status and progress. status=active shows what has not ended.',
    role: 'any',
    team: 'none',
    input: ListWorkflowsInput,
    answer: WorkflowList,
  })
  listWorkflows(@Input() input: ListWorkflowsInput, @Caller() actor: Actor): Promise<WorkflowList> {
    return this.workflows.list(actor, input);
  }

  @InToolset(CORE)
  @ReadTool({
    name: 'mctl_get_workflow_status',
    title: 'Get Workflow Status',
    description:
      'How far a write has come: steps, log, commit, why it failed. Poll it every few seconds until succeeded or failed.',
    role: 'viewer',
    team: 'resource',
    input: GetWorkflowInput,
    answer: WorkflowAnswer,
  })
  getWorkflow(@Input() input: GetWorkflowInput, @Caller() actor: Actor): Promise<WorkflowAnswer> {
    return this.workflows.get(actor, input);
  }
}
