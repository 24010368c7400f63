import { Inject } from '@nestjs/common';
import { McpController } from '@rekog/mcp-nest';
import { IncidentsService, type IncidentSummary } from '../incidents';
import type { Actor } from '../platform/auth/actor';
import { Caller, Input, ToolResource } from '../platform/mcp';
import { NoArguments, type WhoamiAnswer } from './identity.dto';
import { IdentityService } from './identity.service';

/** What `mctl_whoami` says, and how much is wrong just now. */
type PlatformOverview = WhoamiAnswer & { readonly incidents: IncidentSummary };

@McpController()
export class IdentityResources {
  constructor(
    @Inject(IdentityService) private readonly identity: IdentityService,
    @Inject(IncidentsService) private readonly incidents: IncidentsService,
  ) {}

  @ToolResource({
    uri: 'mctl://platform',
    name: 'platform',
    title: 'Platform',
    description: 'Who you are here, your teams and roles, the server you talk to, and how many incidents are active.',
    tool: 'mctl_whoami',
    role: 'any',
    team: 'none',
    input: NoArguments,
  })
  async platform(@Input() _: NoArguments, @Caller() actor: Actor): Promise<PlatformOverview> {
    return { ...(await this.identity.whoami(actor)), incidents: await this.incidents.summary(actor, {}) };
  }
}
