import { Inject } from '@nestjs/common';
import { McpController } from '@rekog/mcp-nest';
import { IncidentsService, type IncidentSummary } from '../incidents';
import type { Actor } from '../platform/auth/actor';
import { Bound, type Bounds, Caller, CORE, Input, InToolset, ToolCatalog, ToolResource } from '../platform/mcp';
import { NoArguments, type WhoamiAnswer } from './identity.dto';
import { IdentityService } from './identity.service';

/** What `mctl_whoami` says, and how much is wrong just now. */
type PlatformOverview = WhoamiAnswer & { readonly incidents?: IncidentSummary };

@InToolset(CORE)
@McpController()
export class IdentityResources {
  constructor(
    @Inject(IdentityService) private readonly identity: IdentityService,
    @Inject(IncidentsService) private readonly incidents: IncidentsService,
    @Inject(ToolCatalog) private readonly tools: ToolCatalog,
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
  async platform(@Input() _: NoArguments, @Caller() actor: Actor, @Bound() bounds: Bounds): Promise<PlatformOverview> {
    const identity = await this.identity.whoami(actor);
    if (!this.tools.offers('mctl_incident_summary', bounds)) return identity;
    return { ...identity, incidents: await this.incidents.summary(actor, {}) };
  }
}
