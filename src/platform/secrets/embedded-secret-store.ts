import type { SecretRow, Store, StoreTransaction } from '../store';
import { seal, sealedBy, unseal } from './seal';
import {
  type Kept,
  type KeptNote,
  type NewSecrets,
  type OwnedSecretVersion,
  SecretStore,
  type SecretVersion,
} from './secret-store';
import { checkSecretText } from './secret-value.policy';
import type { SecretValue } from './secret-value';

/**
 * Values in MCTL's own store, each sealed with a key that the store does not hold. Only the newest value of a name is kept: an old
 * one is of use to nobody but a thief.
 */
export class EmbeddedSecretStore extends SecretStore {
  readonly description =
    'the secret store of this MCTL installation, encrypted with a key that is kept outside of its database';
  readonly next =
    'The cluster does not read this store by itself: whoever runs MCTL carries the values over with “mctl secrets export”.';

  readonly knowsAll = false;

  constructor(
    private readonly store: Store,
    private readonly key: Uint8Array,
  ) {
    super();
  }

  override put(secrets: NewSecrets, note?: KeptNote): Promise<Kept> {
    for (const [name, value] of secrets.values) checkSecretText(name, value.reveal());
    return this.store.transaction(async (transaction) => {
      const kept = new Map<string, number>();
      for (const name of secrets.values.keys()) kept.set(name, await this.putOne(transaction, secrets, name));
      await note?.(transaction, kept);
      return kept;
    });
  }

  private async putOne(
    transaction: StoreTransaction,
    { team, service, values, by }: NewSecrets,
    name: string,
  ): Promise<number> {
    const before = await transaction
      .selectFrom('secrets')
      .select('version')
      .where('team', '=', team)
      .where('service', '=', service)
      .where('name', '=', name)
      .executeTakeFirst();
    const version = (before?.version ?? 0) + 1;
    const sealed = seal(this.key, { team, service, name, version }, values.get(name) as SecretValue);
    const facts = { version, sealed, created_at: new Date().toISOString(), created_by: by };
    await transaction
      .insertInto('secrets')
      .values({ team, service, name, ...facts })
      .onConflict((conflict) => conflict.columns(['team', 'service', 'name']).doUpdateSet(facts))
      .execute();
    return version;
  }

  override async versions(team: string, service: string): Promise<SecretVersion[]> {
    const rows = await this.rowsOf(team, service);
    return rows.map(({ name, version, created_at }) => ({ name, version, updated_at: created_at }));
  }

  override async has(team: string, service: string, names: readonly string[]): Promise<Set<string>> {
    const rows = await this.rowsOf(team, service);
    return new Set(rows.map(({ name }) => name).filter((name) => names.includes(name)));
  }

  override async read(team: string, service: string, name: string): Promise<SecretValue | undefined> {
    const row = await this.store.db
      .selectFrom('secrets')
      .selectAll()
      .where('team', '=', team)
      .where('service', '=', service)
      .where('name', '=', name)
      .executeTakeFirst();
    return row && unseal(this.key, row, row.sealed);
  }

  override async remove(team: string, service?: string): Promise<number> {
    const { numDeletedRows } = await this.store.transaction((transaction) =>
      transaction
        .deleteFrom('secrets')
        .where('team', '=', team)
        .$if(service !== undefined, (query) => query.where('service', '=', service ?? ''))
        .executeTakeFirst(),
    );
    return Number(numDeletedRows);
  }

  override ofTeam(team: string): Promise<OwnedSecretVersion[]> {
    return this.all(team);
  }

  /** What has a value, of one team or of all, by team, service and name. */
  async all(team?: string): Promise<OwnedSecretVersion[]> {
    const rows = await this.store.db
      .selectFrom('secrets')
      .select(['team', 'service', 'name', 'version', 'created_at', 'created_by'])
      .$if(team !== undefined, (query) => query.where('team', '=', team ?? ''))
      .orderBy('team')
      .orderBy('service')
      .orderBy('name')
      .execute();
    return rows.map(({ created_at, created_by, ...row }) => ({ ...row, updated_at: created_at, by: created_by }));
  }

  /** How many values the key in use cannot open, because another one sealed them. */
  async countForeign(): Promise<number> {
    const { count } = await this.store.db
      .selectFrom('secrets')
      .select((row) => row.fn.countAll<number>().as('count'))
      .where('sealed', 'not like', `${sealedBy(this.key)}%`)
      .executeTakeFirstOrThrow();
    return count;
  }

  /** Seals every value with another key, in one transaction. @returns how many. @throws Conflict where one cannot be opened. */
  async rekey(transaction: StoreTransaction, key: Uint8Array): Promise<number> {
    const rows = await transaction.selectFrom('secrets').selectAll().execute();
    for (const row of rows) {
      await transaction
        .updateTable('secrets')
        .set({ sealed: seal(key, row, unseal(this.key, row, row.sealed)) })
        .where('team', '=', row.team)
        .where('service', '=', row.service)
        .where('name', '=', row.name)
        .execute();
    }
    return rows.length;
  }

  private rowsOf(team: string, service: string): Promise<Pick<SecretRow, 'name' | 'version' | 'created_at'>[]> {
    return this.store.db
      .selectFrom('secrets')
      .select(['name', 'version', 'created_at'])
      .where('team', '=', team)
      .where('service', '=', service)
      .orderBy('name')
      .execute();
  }
}
