export { IncidentStore } from './incident-store';
export * from './incidents.module';
export { WebhooksService } from './webhooks.service';
