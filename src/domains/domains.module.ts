import { Inject, Module } from '@nestjs/common';
import { Keys } from '../platform/keys';
import type { Settled } from '../platform/operations/parts';
import { OperationRegistry } from '../platform/operations/registry';
import type { StoreTransaction } from '../platform/store';
import type { RegistrationFacts } from './add-custom-domain.plan';
import { addCustomDomain, WAIT_FOR_DNS } from './add-custom-domain.operation';
import { seedOf } from './challenge.policy';
import { nextCheck } from './next-check';
import { DomainChecks, saveCheck } from './domain-checks';
import { DomainWatch } from './domain-watch';
import { DomainsController } from './domains.controller';
import type { AddDomainInput, RemoveDomainInput } from './domains.dto';
import { DomainsService } from './domains.service';
import { DomainsTools } from './domains.tools';
import { ExpiredDomains } from './expired-domains';
import { foundProof } from './found-proof';
import { hostFrom } from './host.policy';
import { ProofRecheck } from './proof-recheck';
import { removeCustomDomain } from './remove-custom-domain.operation';
import { WaitForDns } from './wait-for-dns';
import { WaitingWorkflows } from './waiting-workflows';

@Module({
  controllers: [DomainsTools, DomainsController],
  providers: [DomainsService, DomainChecks, WaitForDns, WaitingWorkflows, ExpiredDomains, ProofRecheck, DomainWatch],
})
export class DomainsModule {
  constructor(
    @Inject(OperationRegistry) registry: OperationRegistry,
    @Inject(Keys) { domainKey }: Keys,
    @Inject(WaitForDns) waitForDns: WaitForDns,
    @Inject(WaitingWorkflows) workflows: WaitingWorkflows,
  ) {
    registry.register(addCustomDomain, removeCustomDomain);
    registry.bind<AddDomainInput, RegistrationFacts>(addCustomDomain, {
      facts: async (input) => ({
        ...seedOf(domainKey, input.team, input.service),
        waiting: await workflows.hostsOf(input.team),
        claims: await workflows.eventsOf(input),
      }),
      continues: (transaction, row, input) => workflows.isNeeded(transaction, row, input),
      tasks: { [WAIT_FOR_DNS]: (context) => waitForDns.run(context) },
      settle: keepProof,
    });
    registry.bind<RemoveDomainInput, undefined>(removeCustomDomain, {
      settle: (transaction, { input }) => workflows.wake(transaction, input),
    });
  }
}

/** From the moment on that a domain is active, the list tells what proved it; the next look is due one interval later. */
async function keepProof(transaction: StoreTransaction, { input, done }: Settled<AddDomainInput>): Promise<void> {
  // Another workflow waits for the proof; it will keep it.
  if (done === undefined) return;
  const { challenge, method, record, at } = foundProof(done);
  const about = { host: hostFrom(input.domain).ascii, challenge };
  await saveCheck(transaction, nextCheck(undefined, about, { state: 'proved', method, record }, new Date(at)));
}
