import type { INestApplicationContext } from '@nestjs/common';
import { IncidentStore, WebhooksService } from '../incidents';
import { type Actor, systemActor } from '../platform/auth/actor';
import { MctlError } from '../platform/errors';
import { MAX_WAIT_SECONDS } from '../platform/operations/dto';
import { Operations } from '../platform/operations/operations';
import { OperationRegistry } from '../platform/operations/registry';
import { parseInput } from '../platform/schema';

interface DemoIncident {
  readonly team: string;
  readonly service: string;
  /** Alertmanager's: by it the demo knows its own again. */
  readonly fingerprint: string;
  readonly alertname: string;
  readonly severity: string;
  readonly summary: string;
  readonly description: string;
  readonly acknowledgedBy?: string;
  /** It is over already. */
  readonly isOver?: boolean;
}

const DEMO_INCIDENTS: readonly DemoIncident[] = [
  {
    team: 'billing',
    service: 'payment-api',
    fingerprint: 'de30000000000001',
    alertname: 'HTTPErrorRateHigh',
    severity: 'critical',
    summary: '4.2 % of the requests to payment-api fail',
    description: 'POST /refunds answers 504 since the last change. Threshold: 1 % over five minutes.',
    acknowledgedBy: 'grace',
  },
  {
    team: 'billing',
    service: 'invoice-worker',
    fingerprint: 'de30000000000002',
    alertname: 'QueueNotDraining',
    severity: 'warning',
    summary: 'Invoices wait for more than ten minutes',
    description: '312 messages in invoices.pending.',
    isOver: true,
  },
  {
    team: 'storefront',
    service: 'shop',
    fingerprint: 'de30000000000003',
    alertname: 'KubePodCrashLooping',
    severity: 'warning',
    summary: 'A pod of shop restarts again and again',
    description: 'Last state: OOMKilled, exit code 137, limit 256Mi.',
  },
];

/** Brings a team's incidents in as Alertmanager would, once; answers how many were added. */
export async function seedIncidents(
  app: INestApplicationContext,
  team: string,
  actorOf: (login: string) => Actor,
): Promise<number> {
  let added = 0;
  for (const incident of DEMO_INCIDENTS.filter((each) => each.team === team)) {
    if (!(await isKnown(app, incident))) {
      await raise(app, incident);
      added += 1;
    }
    if (incident.acknowledgedBy !== undefined) await acknowledge(app, incident, actorOf(incident.acknowledgedBy));
  }
  return added;
}

async function isKnown(app: INestApplicationContext, incident: DemoIncident): Promise<boolean> {
  return (await idOf(app, incident)) !== undefined;
}

async function idOf(app: INestApplicationContext, { team, fingerprint }: DemoIncident): Promise<string | undefined> {
  return (await app.get(IncidentStore).newestWith(team, `alertmanager:${fingerprint}`))?.id;
}

async function raise(app: INestApplicationContext, incident: DemoIncident): Promise<void> {
  const { team, service, fingerprint, alertname, severity, summary, description, isOver } = incident;
  const now = new Date().toISOString();
  const alert = {
    labels: { alertname, severity, namespace: team, service },
    annotations: { summary, description },
    startsAt: now,
    fingerprint,
  };
  const statuses = isOver ? ['firing', 'resolved'] : ['firing'];
  const alerts = statuses.map((status) => ({ ...alert, status }));
  await app.get(WebhooksService).alertmanager(systemActor('demo', 'demo'), { version: '4', groupKey: 'demo', alerts });
}

/** Whatever somebody has done with it since, the demo leaves. */
async function acknowledge(app: INestApplicationContext, incident: DemoIncident, actor: Actor): Promise<void> {
  const operation = app.get(OperationRegistry).get('acknowledge-incident');
  const call = {
    id: await idOf(app, incident),
    reason: 'looking at the refunds',
    idempotency_key: `mctl-demo-1-incident-${incident.fingerprint}`,
    wait_seconds: MAX_WAIT_SECONDS,
  };
  try {
    await app.get(Operations).run(operation, actor, parseInput(operation.input, call));
  } catch (error) {
    if (!(error instanceof MctlError)) throw error;
  }
}
