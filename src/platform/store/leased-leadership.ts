import { setTimeout as sleep } from 'node:timers/promises';
import { ulid } from '../crypto';
import { log } from '../logging';
import type { ControlConnection } from './control-connection';
import { Leadership } from './leadership';

/**
 * Takes the lease where it is free or ours, by the clock of the database: those of replicas differ. Each change of hands is another term.
 */
const TAKE = `
  insert into leases (name, holder, term, expires_at)
  values ('leader', $1, 1, clock_timestamp() + $2 * interval '1 millisecond')
  on conflict (name) do update set
    holder = excluded.holder,
    term = case when leases.holder = excluded.holder then leases.term else leases.term + 1 end,
    expires_at = excluded.expires_at
  where leases.holder = excluded.holder or leases.expires_at < clock_timestamp()
  returning term`;
const RESIGN = `update leases set expires_at = clock_timestamp() - interval '1 millisecond' where name = 'leader' and holder = $1`;

/**
 * Leads for as long as it renews a lease in the shared store. A process that was stopped and wakes up finds its time run out by its own
 * clock, which goes on meanwhile; what it had begun before is refused by the term in each of its transactions (`inTerm`).
 */
export class LeasedLeadership extends Leadership {
  private readonly holder = ulid();
  private readonly stopping = new AbortController();
  private present: { readonly term: number; readonly until: number } | undefined;
  private renewing: Promise<void> = Promise.resolve();

  constructor(
    private readonly control: ControlConnection,
    private readonly leaseMs: number,
  ) {
    super();
  }

  override isLeader(): Promise<boolean> {
    return Promise.resolve(this.present !== undefined && performance.now() < this.present.until);
  }

  override get term(): number | undefined {
    // A term that nobody has: work that is begun without leading comes to nothing.
    return this.present?.term ?? 0;
  }

  /** Keeps trying to lead, and to go on leading. */
  start(): void {
    this.renewing = this.keepTrying();
  }

  override lost(): void {
    this.present = undefined;
  }

  override async resign(): Promise<void> {
    this.stopping.abort();
    await this.renewing;
    if (!this.present) return;
    this.present = undefined;
    await this.control.query(RESIGN, [this.holder]).catch(() => undefined);
  }

  private async keepTrying(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.take().catch((error: unknown) => log.debug({ err: error }, 'the lease cannot be asked for'));
      await sleep(this.leaseMs / 3, undefined, { ref: false, signal }).catch(() => undefined);
    }
  }

  private async take(): Promise<void> {
    const asked = performance.now();
    const [taken] = await this.control.query<{ term: number }>(TAKE, [this.holder, this.leaseMs]);
    const before = this.present;
    this.present = taken && { term: taken.term, until: asked + this.leaseMs };
    if (before?.term === this.present?.term) return;
    if (!this.present) {
      log.warn({ term: before?.term }, 'another replica leads');
      return;
    }
    log.info({ term: this.present.term }, 'this replica leads');
    this.begun();
  }
}
