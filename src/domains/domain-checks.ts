import { Inject, Injectable } from '@nestjs/common';
import { type DomainCheckRow, Store, type StoreTransaction } from '../platform/store';

/** The rows of `domain_checks`. */
@Injectable()
export class DomainChecks {
  constructor(@Inject(Store) private readonly store: Store) {}

  /** By host. */
  async all(): Promise<Map<string, DomainCheckRow>> {
    const rows = await this.store.db.selectFrom('domain_checks').selectAll().execute();
    return new Map(rows.map((row) => [row.host, row]));
  }

  /** The same for as many hosts as a page has. */
  async of(hosts: readonly string[]): Promise<Map<string, DomainCheckRow>> {
    if (hosts.length === 0) return new Map();
    const rows = await this.store.db
      .selectFrom('domain_checks')
      .selectAll()
      .where('host', 'in', [...hosts])
      .execute();
    return new Map(rows.map((row) => [row.host, row]));
  }

  save(row: DomainCheckRow): Promise<void> {
    return this.store.transaction((transaction) => saveCheck(transaction, row));
  }

  /** Forgets every host but these. */
  async keepOnly(hosts: ReadonlySet<string>): Promise<void> {
    for (const host of (await this.all()).keys()) {
      if (!hosts.has(host)) await this.forget(host);
    }
  }

  private forget(host: string): Promise<void> {
    return this.store.transaction(async (transaction) => {
      await transaction.deleteFrom('domain_checks').where('host', '=', host).execute();
    });
  }
}

/** Writes the row, whether there was one for the host or not. */
export async function saveCheck(transaction: StoreTransaction, row: DomainCheckRow): Promise<void> {
  const { host: _host, ...change } = row;
  await transaction
    .insertInto('domain_checks')
    .values(row)
    .onConflict((conflict) => conflict.column('host').doUpdateSet(change))
    .execute();
}
