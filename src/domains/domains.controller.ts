import { Controller, Inject } from '@nestjs/common';
import type { Actor } from '../platform/auth/actor';
import { ReadRoute } from '../platform/http/route.decorators';
import { Caller, Input, InToolset } from '../platform/mcp';
import { DomainList, DomainVerification, ListDomainsInput, VerifyDomainInput } from './domains.dto';
import { DomainsService } from './domains.service';

@InToolset('domains')
@Controller('api/v1')
export class DomainsController {
  constructor(@Inject(DomainsService) private readonly domains: DomainsService) {}

  @ReadRoute('domains', {
    tag: 'domains',
    summary: 'Domains of one team',
    role: 'viewer',
    team: 'argument',
    input: ListDomainsInput,
    answer: DomainList,
  })
  list(@Input() input: ListDomainsInput, @Caller() actor: Actor): Promise<DomainList> {
    return this.domains.list(actor, input);
  }

  @ReadRoute('domains/verify', {
    tag: 'domains',
    summary: 'What DNS shows of one custom domain, and what is missing; changes nothing',
    role: 'viewer',
    team: 'argument',
    input: VerifyDomainInput,
    answer: DomainVerification,
  })
  verify(@Input() input: VerifyDomainInput, @Caller() actor: Actor): Promise<DomainVerification> {
    return this.domains.verify(actor, input);
  }
}
