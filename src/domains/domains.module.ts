import { Inject, Module } from '@nestjs/common';
import { Keys } from '../platform/keys';
import type { Settled } from '../platform/operations/parts';
import { OperationRegistry } from '../platform/operations/registry';
import type { StoreTransaction } from '../platform/store';
import { addCustomDomain, WAIT_FOR_DNS } from './add-custom-domain.operation';
import { type ChallengeSeed, seedOf } from './challenge.policy';
import { nextCheck } from './next-check';
import { DomainChecks, saveCheck } from './domain-checks';
import { DomainWatch } from './domain-watch';
import { DomainsController } from './domains.controller';
import type { AddDomainInput } from './domains.dto';
import { DomainsService } from './domains.service';
import { DomainsTools } from './domains.tools';
import { ExpiredDomains } from './expired-domains';
import { foundProof } from './found-proof';
import { hostFrom } from './host.policy';
import { ProofRecheck } from './proof-recheck';
import { removeCustomDomain } from './remove-custom-domain.operation';
import { WaitForDns } from './wait-for-dns';

@Module({
  controllers: [DomainsTools, DomainsController],
  providers: [DomainsService, DomainChecks, WaitForDns, ExpiredDomains, ProofRecheck, DomainWatch],
})
export class DomainsModule {
  constructor(
    @Inject(OperationRegistry) registry: OperationRegistry,
    @Inject(Keys) { domainKey }: Keys,
    @Inject(WaitForDns) waitForDns: WaitForDns,
  ) {
    registry.register(addCustomDomain, removeCustomDomain);
    registry.bind<AddDomainInput, ChallengeSeed>(addCustomDomain, {
      facts: ({ team, service }) => Promise.resolve(seedOf(domainKey, team, service)),
      tasks: { [WAIT_FOR_DNS]: (context) => waitForDns.run(context) },
      settle: keepProof,
    });
  }
}

/** From the moment on that a domain is active, the list tells what proved it; the next look is due one interval later. */
async function keepProof(transaction: StoreTransaction, { input, done }: Settled<AddDomainInput>): Promise<void> {
  const { challenge, method, record, at } = foundProof(done);
  const about = { host: hostFrom(input.domain).ascii, challenge };
  await saveCheck(transaction, nextCheck(undefined, about, { state: 'proved', method, record }, new Date(at)));
}
