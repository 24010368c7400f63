import { Inject, Injectable } from '@nestjs/common';
import {
  type Applications,
  type ApplicationState,
  Cluster,
  databaseOf,
  type EventState,
  eventsOf,
  externalSecretsOf,
  ownedApplication,
  type PodState,
  podsOf,
  type Reading,
  type Readiness,
  type SourceState,
  togetherOf,
} from '../platform/cluster';
import { Config } from '../platform/config';
import type { Service, World } from '../platform/gitops';
import { objectName } from '../provisioning';
import { deploymentOf } from './deployment-name';

const EVENTS = 20;
const NOT_IN_CLUSTER = 'sync, health, running image and events are unknown';

/** What the cluster knows of one service. Whatever is undefined could not be asked, for the reason in its source. */
export interface ActualState {
  /** Null = Argo CD has none. */
  readonly application: ApplicationState | null | undefined;
  readonly pods: readonly PodState[] | undefined;
  readonly events: readonly EventState[] | undefined;
  /** What operators say of the service's secrets and database; a reading without value says why. */
  readonly parts: readonly { readonly kind: string; readonly reading: Reading<readonly Readiness[]> }[];
  readonly source: SourceState;
}

/** Asks the cluster about services. Callers have been judged by their role in the team before. */
@Injectable()
export class ActualStates {
  constructor(
    @Inject(Cluster) private readonly cluster: Cluster,
    @Inject(Config) private readonly config: Config,
  ) {}

  applications(unknown = NOT_IN_CLUSTER): Promise<Reading<Applications>> {
    return this.cluster.applications(unknown);
  }

  async of(world: World, { team, name, secretNames, hasDatabase }: Service): Promise<ActualState> {
    const instance = deploymentOf(world, team, name);
    const [applications, pods, events, secrets, database] = await Promise.all([
      this.applications(),
      this.cluster.read('pods are unknown', (kubernetes) => podsOf(kubernetes, team, instance)),
      this.cluster.read('events are unknown', (kubernetes) =>
        eventsOf(kubernetes, { namespace: team, instance }, EVENTS),
      ),
      secretNames.length > 0 || hasDatabase ? this.secrets(team, instance) : undefined,
      this.database(world, team, name),
    ]);
    const { value: known } = applications;
    return {
      application: known && (ownedApplication(known, { team, service: name }) ?? null),
      pods: pods.value,
      events: events.value,
      parts: [
        ...(secrets ? [{ kind: 'ExternalSecret', reading: secrets }] : []),
        ...(database ? [{ kind: 'Database', reading: database }] : []),
      ],
      source: this.cluster.isConnected
        ? togetherOf(applications.source, pods.source, events.source)
        : applications.source,
    };
  }

  private secrets(team: string, instance: string): Promise<Reading<readonly Readiness[]>> {
    return this.cluster.read('whether secrets are there is unknown', (kubernetes) =>
      externalSecretsOf(kubernetes, team, instance),
    );
  }

  /** Only of a database that CloudNativePG makes of a manifest in git. */
  private async database(
    world: World,
    team: string,
    service: string,
  ): Promise<Reading<readonly Readiness[]> | undefined> {
    const file = world.databaseOf(team, service);
    if (file?.mode !== 'cluster') return undefined;
    const { databaseNamespace } = this.config.values;
    return this.cluster.read('whether the database is there is unknown', async (kubernetes) => [
      await databaseOf(kubernetes, databaseNamespace, objectName(team, file.name)),
    ]);
  }
}
