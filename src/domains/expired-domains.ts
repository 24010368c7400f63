import { Inject, Injectable } from '@nestjs/common';
import { systemActor } from '../platform/auth/actor';
import { Clock } from '../platform/clock';
import { Config } from '../platform/config';
import { digestOf, ulid } from '../platform/crypto';
import { MctlError } from '../platform/errors';
import type { Domain, World } from '../platform/gitops';
import { log } from '../platform/logging';
import { OperationStore } from '../platform/operations/operation-store';
import { Operations } from '../platform/operations/operations';
import { nextSystemKey } from '../platform/operations/system-key';
import { parseInput } from '../platform/schema';
import { isExpired, readableDomain } from './domains-in';
import { removeCustomDomain } from './remove-custom-domain.operation';

const LOGIN = 'domain-sweeper';

/** Removes registrations that nobody proved in time: `remove-custom-domain` in MCTL's own name, so that no name is held for nothing. */
@Injectable()
export class ExpiredDomains {
  /** Refusals that were told already. */
  private readonly warned = new Set<string>();

  constructor(
    @Inject(Operations) private readonly operations: Operations,
    @Inject(OperationStore) private readonly rows: OperationStore,
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

  private async removeOne({ host, team, service, challenge, expiresAt }: Domain): Promise<void> {
    const expiry = expiresAt?.toISOString();
    const subject = `domain:${digestOf({ host, team, service, challenge: challenge ?? '', expiry })}`;
    const call = { login: LOGIN, subject, firstPauseMs: this.config.values.domainRecheck };
    const key = await nextSystemKey(this.rows, call);
    if (key === undefined) return;
    try {
      const reason = `not proved until ${expiry}`;
      const raw = { team, service, domain: host, reason, idempotency_key: key };
      await this.operations.run(
        removeCustomDomain,
        systemActor(LOGIN, ulid()),
        parseInput(removeCustomDomain.input, raw),
      );
    } catch (error) {
      if (!(error instanceof MctlError)) throw error;
      if (this.warned.has(key)) return;
      this.warned.add(key);
      log.warn({ host, team, service, code: error.code }, 'an expired registration could not be removed yet');
    }
  }
}
