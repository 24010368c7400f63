import { Inject, Injectable } from '@nestjs/common';
import { Intakes } from '../intake';
import type { OperationParts } from '../platform/operations/parts';
import { SecretStore } from '../platform/secrets';
import type { TenantSecrets } from './delete-tenant.operation';
import type { DeleteTenantInput } from './tenants.dto';

/** Values of a team's secrets go with the team: whoever takes its name next must not get them. */
@Injectable()
export class TenantSecretValues {
  constructor(
    @Inject(SecretStore) private readonly secrets: SecretStore,
    @Inject(Intakes) private readonly intakes: Intakes,
  ) {}

  readonly deletion: OperationParts<DeleteTenantInput, TenantSecrets> = {
    facts: async ({ team }) => ({
      stored: await this.secrets.ofTeam(team),
      isAll: this.secrets.knowsAll,
    }),
    afterCommit: async ({ input: { team } }) => {
      // Before: nobody enters a value any more that would outlive this.
      await this.intakes.closeNow(team);
      await this.secrets.remove(team);
    },
    settle: (transaction, { input: { team } }) => this.intakes.close(transaction, team),
  };
}
