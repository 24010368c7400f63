import { Module } from '@nestjs/common';
import { AuditQuery } from '../platform/audit/audit-query';
import { AuditVerifier } from '../platform/audit/verify/audit-verifier';
import { AuditVerificationController } from './audit-verification.controller';
import { OperationsController } from './operations.controller';
import { OperationsService } from './operations.service';
import { OperationsTools } from './operations.tools';
import { WorkflowsService } from './workflows.service';

@Module({
  controllers: [OperationsTools, OperationsController, AuditVerificationController],
  providers: [AuditQuery, AuditVerifier, OperationsService, WorkflowsService],
})
export class OperationsModule {}
