import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Config } from '../platform/config';
import { Gitops } from '../platform/gitops';
import { log } from '../platform/logging';
import { Leadership } from '../platform/store';
import { ExpiredDomains } from './expired-domains';
import { ProofRecheck } from './proof-recheck';

/** A command that opens the program for one operation is over before the first round. */
const FIRST_ROUND_MS = 5_000;
/** How often somebody looks whether anything is due; what is due is in git and in the store, so a restart changes nothing. */
const LONGEST_ROUND_MS = 60_000;

/** What MCTL does by itself for custom domains: expired registrations go, proofs are looked at again. */
@Injectable()
export class DomainWatch implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private readonly stopping = new AbortController();

  constructor(
    @Inject(Gitops) private readonly gitops: Gitops,
    @Inject(ExpiredDomains) private readonly expired: ExpiredDomains,
    @Inject(ProofRecheck) private readonly recheck: ProofRecheck,
    @Inject(Leadership) private readonly leadership: Leadership,
    @Inject(Config) private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    const { readOnly, domainRecheck: interval } = this.config.values;
    if (!readOnly && interval > 0) this.schedule(Math.min(interval, FIRST_ROUND_MS));
  }

  /** Ends with the host in hand. */
  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    clearTimeout(this.timer);
    await this.running;
  }

  /** Never throws. */
  async round(): Promise<void> {
    try {
      if (!(await this.leadership.isLeader())) return;
      const world = await this.gitops.world();
      await this.expired.remove(world, this.stopping.signal);
      await this.recheck.run(world, this.stopping.signal);
    } catch (error) {
      log.warn({ err: error }, 'custom domains could not be looked after; the next round tries again');
    }
  }

  private schedule(pause: number): void {
    this.timer = setTimeout(() => {
      this.running = this.round().then(() => {
        if (!this.stopping.signal.aborted) this.schedule(Math.min(this.config.values.domainRecheck, LONGEST_ROUND_MS));
      });
    }, pause);
    this.timer.unref();
  }
}
