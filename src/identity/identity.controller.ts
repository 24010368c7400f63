import { Controller, Delete, HttpCode, Inject, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow } from '../platform/auth/access-rule';
import type { Actor } from '../platform/auth/actor';
import { bearerToken } from '../platform/auth/bearer.strategy';
import { ReadRoute } from '../platform/http/route.decorators';
import { Caller, CORE, Input, InToolset, type SignedRequest } from '../platform/mcp';
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

  /** Whoever holds a token may end it: no role, no scope, no read-only mode stands between. */
  @Delete('token')
  @HttpCode(204)
  @Allow('signed-in')
  @ApiTags('identity')
  @ApiBearerAuth()
  @ApiOperation({ summary: 'Revoke the local token that this call is made with' })
  @ApiNoContentResponse({ description: 'It opens nothing any more.' })
  async revoke(@Caller() actor: Actor, @Req() request: SignedRequest): Promise<void> {
    await this.identity.revoke(actor, bearerToken(request) ?? '');
  }
}
