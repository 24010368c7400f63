import { Controller, HttpStatus, Inject, Post, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow } from '../platform/auth/access-rule';
import type { Actor } from '../platform/auth/actor';
import { ReadRoute } from '../platform/http/route.decorators';
import { Caller, Input, InToolset } from '../platform/mcp';
import { jsonSchemaOf } from '../platform/schema';
import {
  GetIncidentInput,
  IncidentAnswer,
  IncidentList,
  IncidentSummary,
  IncidentSummaryInput,
  ListIncidentsInput,
  ReportedIncident,
  ReportIncidentInput,
} from './incidents.dto';
import { IncidentsService } from './incidents.service';
import { ReportsService } from './reports.service';

@InToolset('incidents')
@Controller('api/v1')
export class IncidentsController {
  constructor(
    @Inject(IncidentsService) private readonly incidents: IncidentsService,
    @Inject(ReportsService) private readonly reports: ReportsService,
  ) {}

  @ReadRoute('incidents', {
    tag: 'incidents',
    summary: 'Incidents of your teams',
    role: 'any',
    team: 'none',
    input: ListIncidentsInput,
    answer: IncidentList,
  })
  list(@Input() input: ListIncidentsInput, @Caller() actor: Actor): Promise<IncidentList> {
    return this.incidents.list(actor, input);
  }

  // Before `incidents/:id`, which would take it for an id.
  @ReadRoute('incidents/summary', {
    tag: 'incidents',
    summary: 'How many incidents are active',
    role: 'any',
    team: 'none',
    input: IncidentSummaryInput,
    answer: IncidentSummary,
  })
  summary(@Input() input: IncidentSummaryInput, @Caller() actor: Actor): Promise<IncidentSummary> {
    return this.incidents.summary(actor, input);
  }

  @ReadRoute('incidents/:id', {
    tag: 'incidents',
    summary: 'One incident in full',
    role: 'viewer',
    team: 'resource',
    input: GetIncidentInput,
    answer: IncidentAnswer,
  })
  get(@Input() input: GetIncidentInput, @Caller() actor: Actor): Promise<IncidentAnswer> {
    return this.incidents.get(actor, input);
  }

  /** No operation: nothing is desired by it, and no tool of the contract does it. 201 = a new incident, 200 = one that was there. */
  @Allow({ name: 'report-incident', kind: 'write', role: 'developer', team: 'argument' })
  @ApiTags('incidents')
  @ApiBearerAuth()
  @ApiOperation({ summary: 'Report an incident by hand, or what an investigation of it found' })
  @ApiBody({ schema: jsonSchemaOf(ReportIncidentInput, 'input') })
  @ApiCreatedResponse({ description: 'A new incident.', schema: jsonSchemaOf(ReportedIncident, 'output') })
  @ApiOkResponse({
    description: 'The incident with that fingerprint.',
    schema: jsonSchemaOf(ReportedIncident, 'output'),
  })
  @Post('incidents')
  async report(
    @Input() input: ReportIncidentInput,
    @Caller() actor: Actor,
    @Res({ passthrough: true }) response: { status(code: number): unknown },
  ): Promise<ReportedIncident> {
    const reported = await this.reports.report(actor, input);
    response.status(reported.outcome === 'created' ? HttpStatus.CREATED : HttpStatus.OK);
    return reported;
  }
}
