import { Controller, Inject } from '@nestjs/common';
import type { Actor } from '../platform/auth/actor';
import { ReadRoute } from '../platform/http/route.decorators';
import { Caller, CORE, Input, InToolset } from '../platform/mcp';
import { NoArguments, WhoamiAnswer } from './identity.dto';
import { IdentityService } from './identity.service';

@InToolset(CORE)
@Controller('api/v1')
export class IdentityController {
  constructor(@Inject(IdentityService) private readonly identity: IdentityService) {}

  @ReadRoute('whoami', {
    tag: 'identity',
    summary: 'Who you are and which teams you have',
    role: 'any',
    team: 'none',
    input: NoArguments,
    answer: WhoamiAnswer,
  })
  whoami(@Input() _: NoArguments, @Caller() actor: Actor): Promise<WhoamiAnswer> {
    return this.identity.whoami(actor);
  }
}
