import { Inject, Injectable } from '@nestjs/common';
import { IncidentsService } from '../incidents';
import type { Actor } from '../platform/auth/actor';
import { Conflict, NotFound } from '../platform/errors';
import { type Bounds, type PromptAnswer, promptOf, ToolCatalog } from '../platform/mcp';
import { ServicesService } from '../services';
import { TenantsService } from '../tenants';
import { deployService } from './deploy-service.guide';
import type {
  DeployServiceArguments,
  OnboardServiceArguments,
  RollBackServiceArguments,
  TriageIncidentArguments,
} from './guides.dto';
import { onboardService } from './onboard-service.guide';
import { rollBackService } from './roll-back-service.guide';
import { ENDING_TOOLS, triageIncident, type TriageSubject } from './triage-incident.guide';

/** Items of a list that a guide shows; the tools show the rest. */
const SHOWN = 10;

/** Guides with what is known now of the team they are about. The doors have checked the caller's role in it. */
@Injectable()
export class GuidesService {
  constructor(
    @Inject(TenantsService) private readonly tenants: TenantsService,
    @Inject(ServicesService) private readonly services: ServicesService,
    @Inject(IncidentsService) private readonly incidents: IncidentsService,
    @Inject(ToolCatalog) private readonly tools: ToolCatalog,
  ) {}

  async onboard(actor: Actor, input: OnboardServiceArguments): Promise<PromptAnswer> {
    const { team, service } = input;
    const tenant = await this.tenants.get(actor, { team });
    const names = await this.services.names(actor, team);
    return promptOf(`Onboard ${team}/${service}`, onboardService(input), {
      provenance: `the file of team ${team} and the names of its services in git`,
      facts: {
        name_is_taken: names.includes(service),
        services: names.slice(0, SHOWN),
        services_in_total: names.length,
        quotas: tenant.quotas,
        internet_egress: tenant.networking.internet_egress,
      },
    });
  }

  /** @throws NotFound for a service that the team does not have. */
  async deploy(actor: Actor, input: DeployServiceArguments): Promise<PromptAnswer> {
    const { team, service } = input;
    const { image, sync, health, replicas, last_operation } = await this.services.status(actor, input);
    const { tag, tag_history } = await this.services.config(actor, input);
    return promptOf(`Deploy ${input.image_tag} of ${team}/${service}`, deployService(input), {
      provenance: `status and git history of ${team}/${service}, and reports about it`,
      facts: {
        ...{ current_tag: tag, ran_before: tag_history.some((each) => each.tag === input.image_tag) },
        ...{ image, sync, health, replicas, last_operation },
        tag_history: tag_history.slice(0, SHOWN),
        ...(await this.openIncidents(actor, team, service)),
      },
    });
  }

  /** @throws NotFound for a service that the team does not have. */
  async rollBack(actor: Actor, input: RollBackServiceArguments): Promise<PromptAnswer> {
    const { team, service, target_tag: target } = input;
    const { tag, tag_history } = await this.services.config(actor, input);
    const { last_operation } = await this.services.status(actor, input);
    return promptOf(`Roll back ${team}/${service}`, rollBackService(input), {
      provenance: `git history of ${team}/${service}, and reports about it`,
      facts: {
        current_tag: tag,
        ...(target !== undefined && { target_is_in_history: tag_history.some((each) => each.tag === target) }),
        tag_history: tag_history.slice(0, SHOWN),
        last_operation,
        ...(await this.openIncidents(actor, team, service)),
      },
    });
  }

  /** @throws NotFound for an incident that is not of the team, as for one that does not exist. */
  async triage(actor: Actor, input: TriageIncidentArguments, bounds: Bounds): Promise<PromptAnswer> {
    const { team, incident: id } = input;
    const found = id === undefined ? await this.incidents.worst(actor, team) : await this.incidents.get(actor, { id });
    if (found && found.team !== team) throw incidentNotFound(found.id);
    const canChange = ENDING_TOOLS.every((tool) => this.tools.offers(tool, bounds));
    const about = found?.service ?? undefined;
    const guide = triageIncident({
      ...input,
      incident: found?.id,
      ...(about !== undefined && { service: about, larger: await this.larger(actor, team, about) }),
      canChange,
    });
    return promptOf(found ? `Triage incident ${found.id}` : `Triage incidents of ${team}`, guide, {
      provenance: 'alerts, commits and people outside of MCTL',
      facts: {
        ...(found && {
          incident: { id: found.id, type: found.type, severity: found.severity, status: found.status, ...seen(found) },
          related_operations: found.related_operations.slice(0, SHOWN),
        }),
        ...(await this.openIncidents(actor, team)),
      },
    });
  }

  /** Nothing where the service is gone or cannot be read: an incident outlives both. */
  private async larger(actor: Actor, team: string, service: string): Promise<TriageSubject['larger']> {
    try {
      const { declared, autoscaling } = (await this.services.status(actor, { team, service })).replicas;
      return declared === null ? { max_replicas: autoscaling.max_replicas + 1 } : { replicas: declared + 1 };
    } catch (error) {
      if (error instanceof NotFound || error instanceof Conflict) return undefined;
      throw error;
    }
  }

  private async openIncidents(actor: Actor, team: string, service?: string): Promise<Record<string, unknown>> {
    const { items, next_cursor } = await this.incidents.list(actor, { team, service, status: 'active', limit: SHOWN });
    const open = items.map((each) => ({ id: each.id, severity: each.severity, service: each.service, ...seen(each) }));
    return { open_incidents: open, more_incidents: next_cursor !== null };
  }
}

type Seen = { readonly summary: string; readonly first_seen: string; readonly last_seen: string };

function seen({ summary, first_seen, last_seen }: Seen): Seen {
  return { summary, first_seen, last_seen };
}

function incidentNotFound(id: string): NotFound {
  return new NotFound(`There is no incident ${id} that you may see.`, {
    code: 'incident_not_found',
    field: 'incident',
    got: id,
    fix: 'mctl_list_incidents lists the incidents of your teams.',
  });
}
