import { Controller, Inject } from '@nestjs/common';
import { AuditVerifier } from '../platform/audit/verify/audit-verifier';
import { ReadRoute } from '../platform/http/route.decorators';
import { Input, InToolset } from '../platform/mcp';
import { AuditVerification, VerifyAuditInput } from './audit-verification.dto';

/** For administrators, and for `mctl audit verify` beside a running server: the embedded store has one owner. */
@InToolset('operations')
@Controller('api/v1')
export class AuditVerificationController {
  constructor(@Inject(AuditVerifier) private readonly verifier: AuditVerifier) {}

  @ReadRoute('audit/verification', {
    tag: 'operations',
    summary: 'Whether audit trail, operations and branch agree',
    role: 'admin',
    team: 'none',
    input: VerifyAuditInput,
    answer: AuditVerification,
  })
  async verify(@Input() { since }: VerifyAuditInput): Promise<AuditVerification> {
    const { findings, ...rest } = await this.verifier.verify(since);
    return { ...rest, findings: [...findings] };
  }
}
