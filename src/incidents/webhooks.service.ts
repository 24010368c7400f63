import { Inject, Injectable } from '@nestjs/common';
import type { Actor } from '../platform/auth/actor';
import { Clock } from '../platform/clock';
import { Config } from '../platform/config';
import { InvalidInput, type Problem } from '../platform/errors';
import { Gitops } from '../platform/gitops';
import { log } from '../platform/logging';
import { Store, type StoreTransaction } from '../platform/store';
import { foreignLine } from '../platform/text/foreign-text';
import { RepositoryTeams } from '../repositories';
import { IncidentRecorder } from './incident-recorder';
import type { Cleared, Firing, Outcome } from './report';
import { reportsOf } from './sources/alertmanager.source';
import { readAlertGroup } from './sources/alertmanager.payload';
import { readRunEvent } from './sources/github.payload';
import { deliveryKeys, runReport } from './sources/github.source';

/** Alerts that share a transaction: others have their turn between two of them. */
const TOGETHER = 50;
const DELIVERY = /^[A-Za-z0-9-]{1,64}$/;

export interface AlertsTaken {
  readonly status: 'accepted';
  /** How many of the alerts came to what. */
  readonly outcomes: Partial<Record<Outcome, number>>;
  /** Alerts that Alertmanager left out of the group. */
  readonly truncated: number;
  /** What is wrong with alerts that could not be read, or not all of them. */
  readonly problems: readonly Problem[];
}

export type DeliveryTaken =
  | { readonly status: 'pong' | 'duplicate' }
  | { readonly status: 'accepted'; readonly outcome: Outcome }
  | { readonly status: 'ignored'; readonly reason: string };

/** Takes what other programs report. Whoever gets an answer may forget the delivery: it is durable by then. */
@Injectable()
export class WebhooksService {
  constructor(
    @Inject(IncidentRecorder) private readonly recorder: IncidentRecorder,
    @Inject(Store) private readonly store: Store,
    @Inject(Gitops) private readonly gitops: Gitops,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(RepositoryTeams) private readonly repositories: RepositoryTeams,
  ) {}

  /**
   * @param oddKeys where the door took a key `__proto__` out of the body.
   * @throws InvalidInput for what is no payload of version 4; Unavailable, so that it is sent again.
   */
  async alertmanager(_actor: Actor, body: unknown, oddKeys: readonly string[] = []): Promise<AlertsTaken> {
    const group = readAlertGroup(body);
    const now = this.clock.now();
    const context = { world: await this.gitops.world(), settings: this.config.values, now };
    const outcomes: Partial<Record<Outcome, number>> = {};
    const reports = reportsOf(group, context);
    for (let at = 0; at < reports.length; at += TOGETHER) {
      for (const outcome of await this.record(reports.slice(at, at + TOGETHER), now)) {
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      }
    }
    const { truncated } = group;
    const problems = [...group.problems, ...oddKeys.map(oddKey)];
    if (problems.length > 0) {
      log.warn({ problems: problems.slice(0, 5) }, 'parts of alerts that could not be read were left out');
    }
    if (truncated > 0) log.warn({ truncated }, 'Alertmanager left alerts of a group out');
    return { status: 'accepted', outcomes, truncated, problems };
  }

  /** @throws InvalidInput for headers or a body that GitHub does not send; Unavailable. */
  async github(_actor: Actor, delivery: { event?: string; id?: string }, body: unknown): Promise<DeliveryTaken> {
    const { event, id } = delivery;
    if (event === undefined) throw badHeader('X-GitHub-Event', 'the name of an event');
    if (event === 'ping') return { status: 'pong' };
    if (event !== 'workflow_run') return { status: 'ignored', reason: 'only workflow_run is read' };
    if (id === undefined || !DELIVERY.test(id)) throw badHeader('X-GitHub-Delivery', 'the id of the delivery');
    const run = readRunEvent(body);
    const now = this.clock.now();
    const granted = await this.repositories.grantedTo(run.repository.id);
    const report = runReport(run, { world: await this.gitops.world(), settings: this.config.values, granted, now });
    if (typeof report === 'string') return { status: 'ignored', reason: report };
    return this.store.transaction(async (transaction) => {
      if (!(await isFirst(transaction, deliveryKeys(id, run), now))) return { status: 'duplicate' };
      const { outcome } = await this.recorder.record(transaction, report, now);
      return { status: 'accepted', outcome };
    });
  }

  private record(reports: readonly (Firing | Cleared)[], now: Date): Promise<Outcome[]> {
    return this.store.transaction(async (transaction) => {
      const outcomes: Outcome[] = [];
      for (const report of reports) outcomes.push((await this.recorder.record(transaction, report, now)).outcome);
      return outcomes;
    });
  }
}

/** Takes the keys of a delivery; false where one of them was taken before. */
async function isFirst(transaction: StoreTransaction, keys: readonly string[], now: Date): Promise<boolean> {
  const taken = await transaction
    .insertInto('webhook_deliveries')
    .values(keys.map((key) => ({ key, at: now.toISOString() })))
    .onConflict((conflict) => conflict.column('key').doNothing())
    .returning('key')
    .execute();
  return taken.length === keys.length;
}

function oddKey(place: string): Problem {
  return { field: foreignLine(place, 200), expected: 'must not have the key __proto__, which was left out' };
}

function badHeader(field: string, expected: string): InvalidInput {
  return new InvalidInput(`The header ${field} is missing or odd.`, { code: 'malformed_payload', field, expected });
}
