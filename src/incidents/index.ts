export { IncidentStore } from './incident-store';
export type { IncidentSummary } from './incidents.dto';
export * from './incidents.module';
export { IncidentsService } from './incidents.service';
export { WebhooksService } from './webhooks.service';
