import { Unavailable } from '../errors';
import type { StoreTransaction } from '../store';
import type { SecretValue } from './secret-value';

/** Values of one service, which change together. A service's secrets have one namespace; a name is that of the variable which the container gets. */
export interface NewSecrets {
  readonly team: string;
  readonly service: string;
  readonly values: ReadonlyMap<string, SecretValue>;
  /** Login of whoever entered them, or MCTL's own actor. */
  readonly by: string;
}

/** Version of each name that was kept, in the order it was given. */
export type Kept = ReadonlyMap<string, number>;

/** Writes down in our store that values were kept. */
export type KeptNote = (transaction: StoreTransaction, kept: Kept) => Promise<void>;

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

/** The answer to a write was lost: the values are where they belong, or they are not. Writing them again does no harm. */
export class MayBeKept extends Unavailable {
  constructor(cause: unknown) {
    super('It is not certain whether the values were stored.', {
      code: 'secret_store_uncertain',
      fix: 'Enter them again: a value that is there already is replaced by itself.',
      cause,
    });
  }
}

/** Where a service's values are found in the store that the cluster reads, as charts `service` and `tenant` expect it. */
export function secretPath({ team, service }: { readonly team: string; readonly service: string }): string {
  return `teams/${team}/${service}`;
}

/**
 * The values of secrets. Values come in and go out as `SecretValue`; names and versions may be shown to whoever may see the service.
 * Access is the caller's matter. Never called within a transaction: a store elsewhere may take seconds, and every other write of MCTL
 * waits for a transaction.
 */
export abstract class SecretStore {
  /** Where values go, for the person who is about to enter one: completes "The value goes to …". */
  abstract readonly description: string;

  /** What has to happen until the service has a new value, in a sentence for whoever entered it. */
  abstract readonly next: string;

  /** It has the values that came past MCTL too, as the cluster reads the very same ones. */
  abstract readonly knowsAll: boolean;

  /**
   * Keeps values in place of those before, all of them or none.
   * @param note happens with them or not at all in the embedded store, right after them elsewhere. An error of the caller's in it, e.g.
   * NotFound, takes the values back.
   * @throws InvalidInput as `checkSecretText`; MayBeKept where they may have arrived all the same.
   */
  abstract put(secrets: NewSecrets, note?: KeptNote): Promise<Kept>;

  /** Names that have a value, sorted. */
  abstract versions(team: string, service: string): Promise<SecretVersion[]>;

  /** What has a value in a team, by service and name. */
  abstract ofTeam(team: string): Promise<OwnedSecretVersion[]>;

  /** Those of the names that have a value. */
  abstract has(team: string, service: string, names: readonly string[]): Promise<Set<string>>;

  /** The value for something that needs it; undefined where there is none. @throws Conflict where it cannot be opened. */
  abstract read(team: string, service: string, name: string): Promise<SecretValue | undefined>;

  /** Removes the values of a service, or of the whole team where none is named. Idempotent. Resolves with how many there were. */
  abstract remove(team: string, service?: string): Promise<number>;
}
