import { Module } from '@nestjs/common';
import { AuditQuery } from '../platform/audit/audit-query';
import { OperationsController } from './operations.controller';
import { OperationsService } from './operations.service';
import { OperationsTools } from './operations.tools';
import { WorkflowsService } from './workflows.service';

@Module({
  controllers: [OperationsTools, OperationsController],
  providers: [AuditQuery, OperationsService, WorkflowsService],
})
export class OperationsModule {}
