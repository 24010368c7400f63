import { Inject } from '@nestjs/common';
import { McpController } from '@rekog/mcp-nest';
import type { Actor } from '../platform/auth/actor';
import { Caller, CORE, Input, InToolset, ToolResource } from '../platform/mcp';
import { GetWorkflowInput, ListOperationsInput, OperationList, type WorkflowAnswer } from './operations.dto';
import { OperationsService } from './operations.service';
import { WorkflowsService } from './workflows.service';

@InToolset('operations')
@McpController()
export class OperationsResources {
  constructor(
    @Inject(OperationsService) private readonly operations: OperationsService,
    @Inject(WorkflowsService) private readonly workflows: WorkflowsService,
  ) {}

  @ToolResource({
    uri: 'mctl://operations',
    name: 'operations',
    title: 'Operations',
    description: 'Every kind of change MCTL can make, with risk, least role and the tool that makes it.',
    tool: 'mctl_list_operations',
    role: 'any',
    team: 'none',
    input: ListOperationsInput,
  })
  catalogue(@Input() input: ListOperationsInput, @Caller() actor: Actor): OperationList {
    return this.operations.list(actor, input);
  }

  @InToolset(CORE)
  @ToolResource({
    uri: 'mctl://workflows/{workflow}',
    name: 'workflow',
    title: 'Workflow',
    description: 'How far a write has come: steps, log of the running or failed step, commit, and why it failed.',
    tool: 'mctl_get_workflow_status',
    role: 'viewer',
    team: 'resource',
    input: GetWorkflowInput,
  })
  workflow(@Input() input: GetWorkflowInput, @Caller() actor: Actor): Promise<WorkflowAnswer> {
    return this.workflows.get(actor, input);
  }
}
