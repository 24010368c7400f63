import { Inject, Injectable } from '@nestjs/common';
import { readValues, type World } from '../platform/gitops';
import type { TaskContext, TaskOutcome } from '../platform/operations/parts';
import { type Credential, DatabaseServer, type Keeper } from '../platform/postgres';
import { SecretStore, SecretValue } from '../platform/secrets';
import { Store } from '../platform/store';
import { credentialScope, identifierOf } from './database-names.policy';
import { isEarlierTry } from './earlier-try';
import { databaseFacts, type DatabaseRequest, planDatabase } from './database.plan';

/** Facts of the task that stay with the operation. */
export interface CreatedDatabase {
  readonly mode: 'cluster' | 'server';
  /** Version of the credential in the secret store; absent where a cluster makes it. */
  readonly credential_version?: number;
  /** Other databases of the server that the new role can connect to as well. */
  readonly others_open?: number;
}

/** What the task `create-database` does: nothing where a cluster makes databases of manifests, all of it where MCTL does. */
@Injectable()
export class DatabaseProvisioner {
  constructor(
    @Inject(DatabaseServer) private readonly server: DatabaseServer,
    @Inject(SecretStore) private readonly secrets: SecretStore,
    @Inject(Store) private readonly store: Store,
  ) {}

  /**
   * Idempotent; for `OperationParts.tasks`.
   * @param request what the operation asks for; its plan is made anew first, so that nothing is made on a server that could not be
   * committed.
   * @throws as `planDatabase` and `DatabaseServer.provision`.
   */
  async create(
    { world, actor, operationId }: Pick<TaskContext<unknown>, 'world' | 'actor' | 'operationId'>,
    request: DatabaseRequest,
  ): Promise<TaskOutcome> {
    const planned = planDatabase(world, request, valuesOf(world, request));
    const { mode, host, connections } = databaseFacts(world);
    const { team, service } = request;
    const { name, extensions } = planned.facts;
    const present = world.database(team, name);
    // One that a cluster made stays the cluster's, also where MCTL makes the new ones.
    if ((present?.mode ?? mode) === 'cluster') return { done: { mode: 'cluster' } satisfies CreatedDatabase };
    const wanted = {
      ...{ name: identifierOf(team, name), owner: `${team}/${service}`, extensions, connections, host },
      isInUse: present !== undefined,
      operation: operationId,
      mayFinish: (operation: string) => isEarlierTry(this.store, operation, team),
    };
    const { version, othersOpen } = await this.server.provision(wanted, this.keeper(request, actor.login));
    return { done: { mode: 'server', credential_version: version, others_open: othersOpen } satisfies CreatedDatabase };
  }

  /** One secret for each field, so that the path in the store holds what chart `service` reads there. All of them change together. */
  private keeper({ team, service }: DatabaseRequest, by: string): Keeper {
    const place = { team, service: credentialScope(service) };
    return {
      version: async () => {
        const kept = await this.secrets.versions(place.team, place.service);
        return kept.find(({ name }) => name === 'password')?.version;
      },
      keep: async (credential) => {
        const entries = Object.entries(credential) as [keyof Credential, string][];
        const values = new Map(entries.map(([name, text]) => [name, new SecretValue(text)]));
        return (await this.secrets.put({ ...place, values, by })).get('password') ?? 0;
      },
    };
  }
}

function valuesOf(world: World, { team, service }: DatabaseRequest): unknown {
  return readValues(world.text(world.layout.serviceFile(team, service)) ?? '');
}
