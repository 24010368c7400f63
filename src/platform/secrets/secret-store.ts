import type { StoreTransaction } from '../store';
import type { SecretValue } from './secret-value';

/** A service's secrets have one namespace; a name is that of the variable which the container gets. */
export interface NewSecret {
  readonly team: string;
  readonly service: string;
  readonly name: string;
  readonly value: SecretValue;
  /** Login of whoever entered it, or MCTL's own actor. */
  readonly by: string;
}

/** All that is ever told of a value. */
export interface SecretVersion {
  readonly name: string;
  /** From 1. */
  readonly version: number;
  /** ISO 8601. */
  readonly updated_at: string;
}

/** A version with whose it is, for who looks after the whole store. */
export interface OwnedSecretVersion extends SecretVersion {
  readonly team: string;
  readonly service: string;
  readonly by: string;
}

/** Where a service's values are found in the store that the cluster reads, as charts `service` and `tenant` expect it. */
export function secretPath({ team, service }: { readonly team: string; readonly service: string }): string {
  return `teams/${team}/${service}`;
}

/**
 * The values of secrets. Values come in and go out as `SecretValue`; names and versions may be shown to whoever may see the service.
 * Access is the caller's matter. What takes a transaction happens with it or not at all in the embedded store; elsewhere it happens
 * before the transaction ends, so ask for it as late as possible.
 */
export abstract class SecretStore {
  /** Where values go, for the person who is about to enter one: completes "The value goes to …". */
  abstract readonly description: string;

  /** What has to happen until the service has a new value, in a sentence for whoever entered it. */
  abstract readonly next: string;

  /** It has the values that came past MCTL too, as the cluster reads the very same ones. */
  abstract readonly knowsAll: boolean;

  /** Keeps a value in place of the one before. Resolves with its version. @throws InvalidInput as `checkSecretText`. */
  abstract put(transaction: StoreTransaction, secret: NewSecret): Promise<number>;

  /** Names that have a value, sorted. */
  abstract versions(team: string, service: string): Promise<SecretVersion[]>;

  /** What has a value in a team, by service and name. */
  abstract ofTeam(team: string): Promise<OwnedSecretVersion[]>;

  /** Those of the names that have a value. */
  abstract has(team: string, service: string, names: readonly string[]): Promise<Set<string>>;

  /** The value for something that needs it; undefined where there is none. @throws Conflict where it cannot be opened. */
  abstract read(team: string, service: string, name: string): Promise<SecretValue | undefined>;

  /** Removes the values of a service, or of the whole team where none is named. Resolves with how many there were. */
  abstract remove(transaction: StoreTransaction, team: string, service?: string): Promise<number>;
}
