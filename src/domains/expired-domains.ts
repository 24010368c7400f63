import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock';
import { Config } from '../platform/config';
import { digestOf } from '../platform/crypto';
import type { Domain, World } from '../platform/gitops';
import { SystemCalls } from '../platform/operations/system-calls';
import { isExpired, readableDomain } from './domains-in';
import { removeCustomDomain } from './remove-custom-domain.operation';

/** Removes registrations that nobody proved in time: `remove-custom-domain` in MCTL's own name, so that no name is held for nothing. */
@Injectable()
export class ExpiredDomains {
  constructor(
    @Inject(SystemCalls) private readonly calls: SystemCalls,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Submits a removal for every registration that has expired and has none under way. */
  async remove(world: World, signal: AbortSignal): Promise<void> {
    const now = this.clock.now();
    for (const host of world.domainHosts()) {
      if (signal.aborted) return;
      const domain = readableDomain(world, host);
      // Without an owner there is nobody in whose place it could be removed; inspection names such files.
      if (domain?.team && domain.service && isExpired(domain, now)) await this.removeOne(domain);
    }
  }

  private removeOne({ host, team, service, challenge, expiresAt }: Domain): Promise<void> {
    const expiry = expiresAt?.toISOString();
    return this.calls.submit(removeCustomDomain, {
      login: 'domain-sweeper',
      subject: `domain:${digestOf({ host, team, service, challenge: challenge ?? '', expiry })}`,
      firstPauseMs: this.config.values.domainRecheck,
      input: { team, service, domain: host, reason: `not proved until ${expiry}` },
    });
  }
}
