import { Inject, Module } from '@nestjs/common';
import { AuditQuery } from '../platform/audit/audit-query';
import { AuditVerifier } from '../platform/audit/verify/audit-verifier';
import { Completions, TasksPart } from '../platform/mcp';
import { AuditVerificationController } from './audit-verification.controller';
import { OperationTasks } from './operation-tasks';
import { OperationsController } from './operations.controller';
import { OperationsResources } from './operations.resources';
import { OperationsService } from './operations.service';
import { OperationsTools } from './operations.tools';
import { WorkflowsService } from './workflows.service';

@Module({
  controllers: [OperationsTools, OperationsController, OperationsResources, AuditVerificationController],
  providers: [AuditQuery, AuditVerifier, OperationTasks, OperationsService, WorkflowsService],
})
export class OperationsModule {
  constructor(
    @Inject(Completions) completions: Completions,
    @Inject(WorkflowsService) workflows: WorkflowsService,
    @Inject(TasksPart) tasks: TasksPart,
    @Inject(OperationTasks) operations: OperationTasks,
  ) {
    completions.add('workflow', (actor) => workflows.names(actor));
    tasks.add(operations);
  }
}
