import { Inject, Module } from '@nestjs/common';
import { Completions } from '../platform/mcp';
import { OperationRegistry } from '../platform/operations/registry';
import { RepositoriesModule } from '../repositories';
import { acknowledgeIncident } from './acknowledge-incident.operation';
import { ApplicationWatch } from './application-watch';
import { IncidentAccess } from './incident-access';
import { IncidentRecorder } from './incident-recorder';
import { IncidentStore } from './incident-store';
import { IncidentSweeper } from './incident-sweeper';
import { IncidentsController } from './incidents.controller';
import type { AcknowledgeIncidentInput, ResolveIncidentInput } from './incidents.dto';
import { IncidentsService } from './incidents.service';
import { IncidentsTools } from './incidents.tools';
import { RelatedOperations } from './related-operations';
import { ReportsService } from './reports.service';
import { resolveIncident } from './resolve-incident.operation';
import { SettleTransition } from './settle-transition';
import { WebhooksController } from './webhooks.controller';
import { WebhooksService } from './webhooks.service';

@Module({
  imports: [RepositoriesModule],
  controllers: [IncidentsTools, IncidentsController, WebhooksController],
  providers: [
    ApplicationWatch,
    IncidentAccess,
    IncidentRecorder,
    IncidentStore,
    IncidentSweeper,
    IncidentsService,
    RelatedOperations,
    ReportsService,
    SettleTransition,
    WebhooksService,
  ],
  exports: [IncidentStore, IncidentsService, WebhooksService],
})
export class IncidentsModule {
  constructor(
    @Inject(OperationRegistry) registry: OperationRegistry,
    @Inject(IncidentAccess) access: IncidentAccess,
    @Inject(SettleTransition) settle: SettleTransition,
    @Inject(Completions) completions: Completions,
    @Inject(IncidentsService) incidents: IncidentsService,
  ) {
    completions.add('incident', (actor, { team }) => incidents.ids(actor, team));
    registry.register(acknowledgeIncident, resolveIncident);
    registry.bind<AcknowledgeIncidentInput, unknown>(acknowledgeIncident, {
      facts: ({ id }, actor) => access.forWriting(actor, id),
      settle: (transaction, settled) => settle.acknowledge(transaction, settled),
    });
    registry.bind<ResolveIncidentInput, unknown>(resolveIncident, {
      facts: ({ id }, actor) => access.forWriting(actor, id),
      settle: (transaction, settled) => settle.resolve(transaction, settled),
    });
  }
}
