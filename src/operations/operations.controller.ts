import { Body, Controller, Inject, Param, Post, UseInterceptors } from '@nestjs/common';
import { ApiBearerAuth, ApiParam, ApiTags } from '@nestjs/swagger';
import { Allow } from '../platform/auth/access-rule';
import type { Actor } from '../platform/auth/actor';
import { ReadRoute } from '../platform/http/route.decorators';
import { WriteStatusInterceptor } from '../platform/http/write-status.interceptor';
import { Caller, CORE, Input, InToolset, Progress } from '../platform/mcp';
import type { WriteAnswer } from '../platform/operations/dto';
import { Operations, type ProgressListener } from '../platform/operations/operations';
import { OperationRegistry } from '../platform/operations/registry';
import { parseInput } from '../platform/schema';
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
@Controller('api/v1')
export class OperationsController {
  constructor(
    @Inject(OperationsService) private readonly operations: OperationsService,
    @Inject(WorkflowsService) private readonly workflows: WorkflowsService,
    @Inject(Operations) private readonly writes: Operations,
    @Inject(OperationRegistry) private readonly registry: OperationRegistry,
  ) {}

  @ReadRoute('operations', {
    tag: 'operations',
    summary: 'Every kind of change MCTL can make',
    role: 'any',
    team: 'none',
    input: ListOperationsInput,
    answer: OperationList,
  })
  list(@Input() input: ListOperationsInput, @Caller() actor: Actor): OperationList {
    return this.operations.list(actor, input);
  }

  @ReadRoute('operations/:operation', {
    tag: 'operations',
    summary: 'One kind of change in full',
    role: 'any',
    team: 'none',
    input: GetOperationInput,
    answer: OperationAnswer,
  })
  get(@Input() input: GetOperationInput, @Caller() actor: Actor): OperationAnswer {
    return this.operations.get(actor, input);
  }

  /** The one door of every write over REST; the document lists a path per operation. */
  @Allow('operation-in-path')
  @ApiTags('operations')
  @ApiBearerAuth()
  @ApiParam({ name: 'operation' })
  @Post('operations/:operation/execute')
  @UseInterceptors(WriteStatusInterceptor)
  execute(
    @Param('operation') name: string,
    @Body() body: unknown,
    @Caller() actor: Actor,
    @Progress() progress: ProgressListener,
  ): Promise<WriteAnswer> {
    const operation = this.registry.get(name);
    return this.writes.run(operation, actor, parseInput(operation.input, body), progress);
  }

  @ReadRoute('audit', {
    tag: 'operations',
    summary: 'The audit trail of your teams',
    role: 'any',
    team: 'none',
    input: ListRecentOperationsInput,
    answer: AuditList,
  })
  recent(@Input() input: ListRecentOperationsInput, @Caller() actor: Actor): Promise<AuditList> {
    return this.operations.recent(actor, input);
  }

  @ReadRoute('workflows', {
    tag: 'workflows',
    summary: 'Workflows of your teams',
    role: 'any',
    team: 'none',
    input: ListWorkflowsInput,
    answer: WorkflowList,
  })
  listWorkflows(@Input() input: ListWorkflowsInput, @Caller() actor: Actor): Promise<WorkflowList> {
    return this.workflows.list(actor, input);
  }

  @InToolset(CORE)
  @ReadRoute('workflows/:workflow', {
    tag: 'workflows',
    summary: 'How far a write has come',
    role: 'viewer',
    team: 'resource',
    input: GetWorkflowInput,
    answer: WorkflowAnswer,
  })
  getWorkflow(@Input() input: GetWorkflowInput, @Caller() actor: Actor): Promise<WorkflowAnswer> {
    return this.workflows.get(actor, input);
  }
}
