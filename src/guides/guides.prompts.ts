import { Inject } from '@nestjs/common';
import { McpController } from '@rekog/mcp-nest';
import type { Actor } from '../platform/auth/actor';
import { Bound, type Bounds, Caller, CORE, Input, InToolset, type PromptAnswer, TeamPrompt } from '../platform/mcp';
import { DEPLOY_TOOLS } from './deploy-service.guide';
import {
  DeployServiceArguments,
  OnboardServiceArguments,
  RollBackServiceArguments,
  TriageIncidentArguments,
} from './guides.dto';
import { GuidesService } from './guides.service';
import { ONBOARD_TOOLS } from './onboard-service.guide';
import { ROLL_BACK_TOOLS } from './roll-back-service.guide';
import { TRIAGE_TOOLS } from './triage-incident.guide';

/** In no toolset of their own: a prompt is there where all of its tools are. */
@InToolset(CORE)
@McpController()
export class GuidesPrompts {
  constructor(@Inject(GuidesService) private readonly guides: GuidesService) {}

  @TeamPrompt({
    name: 'onboard_service',
    title: 'Onboard a Service',
    description: 'Bring a new service onto the platform: look at the team, plan, ask, onboard, check.',
    role: 'developer',
    input: OnboardServiceArguments,
    tools: ONBOARD_TOOLS,
  })
  onboard(@Input() input: OnboardServiceArguments, @Caller() actor: Actor): Promise<PromptAnswer> {
    return this.guides.onboard(actor, input);
  }

  @TeamPrompt({
    name: 'deploy_and_watch',
    title: 'Deploy and Watch',
    description: 'Deploy a tag of a service and see it through: state before, plan, consent, workflow, logs, way back.',
    role: 'developer',
    input: DeployServiceArguments,
    tools: DEPLOY_TOOLS,
  })
  deploy(@Input() input: DeployServiceArguments, @Caller() actor: Actor): Promise<PromptAnswer> {
    return this.guides.deploy(actor, input);
  }

  @TeamPrompt({
    name: 'roll_back_service',
    title: 'Roll Back Safely',
    description: 'Take a service back to a tag that ran before: history, what goes with it, plan, consent, check.',
    role: 'developer',
    input: RollBackServiceArguments,
    tools: ROLL_BACK_TOOLS,
  })
  rollBack(@Input() input: RollBackServiceArguments, @Caller() actor: Actor): Promise<PromptAnswer> {
    return this.guides.rollBack(actor, input);
  }

  @TeamPrompt({
    name: 'triage_incident',
    title: 'Triage an Incident',
    description: 'From an incident to its cause and its end: evidence, recent changes, logs, one proposed fix.',
    role: 'viewer',
    input: TriageIncidentArguments,
    tools: TRIAGE_TOOLS,
  })
  triage(
    @Input() input: TriageIncidentArguments,
    @Caller() actor: Actor,
    @Bound() bounds: Bounds,
  ): Promise<PromptAnswer> {
    return this.guides.triage(actor, input, bounds);
  }
}
