import { Inject } from '@nestjs/common';
import { McpController } from '@rekog/mcp-nest';
import type { Actor } from '../platform/auth/actor';
import { Caller, CORE, Input, InToolset, ReadTool } from '../platform/mcp';
import { NoArguments, WhoamiAnswer } from './identity.dto';
import { IdentityService } from './identity.service';

@InToolset(CORE)
@McpController()
export class IdentityTools {
  constructor(@Inject(IdentityService) private readonly identity: IdentityService) {}

  @ReadTool({
    name: 'mctl_whoami',
    title: 'Check Identity',
    description: 'Your login, teams and roles, and the server. Call it first.',
    role: 'any',
    team: 'none',
    input: NoArguments,
    answer: WhoamiAnswer,
  })
  whoami(@Input() _: NoArguments, @Caller() actor: Actor): Promise<WhoamiAnswer> {
    return this.identity.whoami(actor);
  }
}
