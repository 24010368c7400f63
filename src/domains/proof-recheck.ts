import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock';
import { Config } from '../platform/config';
import { Dns } from '../platform/dns';
import { type Domain, Gitops, type World } from '../platform/gitops';
import { log } from '../platform/logging';
import type { DomainCheckRow } from '../platform/store';
import { isDue, nextCheck } from './next-check';
import { DomainChecks } from './domain-checks';
import { readableDomain } from './domains-in';
import { hostInFile } from './host.policy';
import { observe } from './look-up';
import { judge } from './proof.policy';
import { targetOf } from './target.policy';

/** Lookups under way at a time: a server that does not answer must not keep all others waiting. */
const AT_ONCE = 4;

/** Looks again at the proofs of domains that are in use. What vanished is flagged, never removed: a mistake in DNS takes nobody off the air. */
@Injectable()
export class ProofRecheck {
  constructor(
    @Inject(Dns) private readonly dns: Dns,
    @Inject(DomainChecks) private readonly checks: DomainChecks,
    @Inject(Gitops) private readonly gitops: Gitops,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Every proved domain whose last look is long enough ago. */
  async run(world: World, signal: AbortSignal): Promise<void> {
    const proved = world.domainHosts().flatMap((host) => {
      const domain = readableDomain(world, host);
      return domain?.status === 'verified' || domain?.status === 'active' ? [domain] : [];
    });
    await this.checks.keepOnly(new Set(proved.map(({ host }) => host)));
    const rows = await this.checks.all();
    const { domainRecheck } = this.config.values;
    const queue = proved.filter((each) => isDue(rows.get(each.host), each, domainRecheck, this.clock.now()));
    const worker = async (): Promise<void> => {
      for (let domain = queue.shift(); domain && !signal.aborted; domain = queue.shift()) {
        await this.look(world, domain, rows.get(domain.host));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  private async look(world: World, domain: Domain, before: DomainCheckRow | undefined): Promise<void> {
    const { host, challenge } = domain;
    const expectation = { host: hostInFile(host), challenge, target: targetOf(world, domain) };
    const verdict = judge(expectation, await observe(this.dns, expectation));
    const row = nextCheck(before, domain, verdict, this.clock.now());
    await this.checks.save(row);
    this.tell(domain, before, row);
  }

  /** Once when a proof vanishes and once when it is back, not at every look; the row remembers across restarts. */
  private tell({ host, team, service }: Domain, before: DomainCheckRow | undefined, row: DomainCheckRow): void {
    const was = before?.challenge === row.challenge ? before.missing_since : null;
    if (row.missing_since !== null && was === null) {
      log.warn(
        { host, team, service, since: row.missing_since },
        'the proof of a custom domain has vanished from DNS; the domain stays',
      );
    }
    if (row.missing_since === null && was !== null) {
      log.info({ host, team, service, since: was }, 'the proof of a custom domain is in DNS again');
    }
  }
}
