import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../platform/config';
import { Gitops } from '../platform/gitops';
import { Rounds } from '../platform/schedule';
import { Leadership } from '../platform/store';
import { ExpiredDomains } from './expired-domains';
import { ProofRecheck } from './proof-recheck';

/** How often somebody looks whether anything is due. */
const LONGEST_PAUSE_MS = 60_000;

/** What MCTL does by itself for custom domains: expired registrations go, proofs are looked at again. */
@Injectable()
export class DomainWatch extends Rounds {
  constructor(
    @Inject(Gitops) private readonly gitops: Gitops,
    @Inject(ExpiredDomains) private readonly expired: ExpiredDomains,
    @Inject(ProofRecheck) private readonly recheck: ProofRecheck,
    @Inject(Leadership) leadership: Leadership,
    @Inject(Config) private readonly config: Config,
  ) {
    super(leadership, 'custom domains could not be looked after');
  }

  protected override pause(): number {
    const { readOnly, domainRecheck } = this.config.values;
    return readOnly ? 0 : Math.min(domainRecheck, LONGEST_PAUSE_MS);
  }

  protected override async work(signal: AbortSignal): Promise<void> {
    const world = await this.gitops.world();
    await this.expired.remove(world, signal);
    await this.recheck.run(world, signal);
  }
}
