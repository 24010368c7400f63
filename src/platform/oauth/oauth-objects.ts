import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../clock';
import { Config } from '../config';
import { hashOfToken, sealJson, unsealJson } from '../crypto';
import { Keys } from '../keys';
import { type OAuthObjectRow, Store, type StoreTransaction } from '../store';

export type Payload = Record<string, unknown>;

export interface StoredObject {
  readonly payload: Payload;
  readonly consumedAt: Date | undefined;
}

interface Entry {
  readonly id: string;
  readonly payload: Payload;
  readonly expiresAt: Date;
}

/**
 * Rows of the authorisation server's objects. Their ids are credentials, known here by hash alone, and their payloads name further
 * ids, so they are sealed. Everything single-use is one guarded statement: of two replicas one wins.
 */
@Injectable()
export class OAuthObjects {
  private readonly key: Uint8Array;
  private readonly mostOpen: number;

  constructor(
    @Inject(Store) private readonly store: Store,
    @Inject(Keys) keys: Keys,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Config) { values }: Config,
  ) {
    this.key = keys.oauthObjectKey;
    this.mostOpen = values.oauthMaxOpenSignIns;
  }

  /** Writes an object, or its new payload; whether it was used up stays as it is. */
  async put(kind: string, entry: Entry): Promise<void> {
    const { payload, ...row } = this.rowOf(kind, entry);
    await this.store.transaction(async (transaction) => {
      await transaction
        .insertInto('oauth_objects')
        .values({ ...row, payload })
        .onConflict((conflict) =>
          conflict
            .columns(['kind', 'id_hash'])
            .doUpdateSet({ payload, expires_at: row.expires_at, grant_hash: row.grant_hash, uid_hash: row.uid_hash }),
        )
        .execute();
      if (kind === 'Interaction') await this.removeSurplus(kind, transaction);
    });
  }

  /** Of what anybody can cause, the oldest go where there are too many: whoever really connects needs seconds of the ten minutes. */
  private async removeSurplus(kind: string, transaction: StoreTransaction): Promise<void> {
    const surplus = transaction
      .selectFrom('oauth_objects')
      .select('id_hash')
      .where('kind', '=', kind)
      .orderBy('expires_at', 'desc')
      .limit(this.mostOpen)
      .offset(this.mostOpen);
    await transaction.deleteFrom('oauth_objects').where('kind', '=', kind).where('id_hash', 'in', surplus).execute();
  }

  /** Writes an object unless it is there already: whoever comes second changes nothing. */
  async putFirst(kind: string, entry: Entry): Promise<void> {
    await this.store.transaction((transaction) =>
      transaction
        .insertInto('oauth_objects')
        .values(this.rowOf(kind, entry))
        .onConflict((conflict) => conflict.columns(['kind', 'id_hash']).doNothing())
        .execute(),
    );
  }

  find(kind: string, id: string): Promise<StoredObject | undefined> {
    return this.read(kind, { id_hash: hashOfToken(id) }, { jti: id });
  }

  findByUid(kind: string, uid: string): Promise<StoredObject | undefined> {
    return this.read(kind, { uid_hash: hashOfToken(uid) }, {});
  }

  /** @returns whether this call used it up. */
  async consume(kind: string, id: string): Promise<boolean> {
    const { numUpdatedRows } = await this.store.transaction((transaction) =>
      transaction
        .updateTable('oauth_objects')
        .set({ consumed_at: this.clock.now().toISOString() })
        .where('kind', '=', kind)
        .where('id_hash', '=', hashOfToken(id))
        .where('consumed_at', 'is', null)
        .executeTakeFirst(),
    );
    return numUpdatedRows === 1n;
  }

  /** @returns whether it was there: of two that remove it, one has done so. */
  async remove(kind: string, id: string): Promise<boolean> {
    return (await this.store.transaction((transaction) => this.take(kind, id, transaction))) !== undefined;
  }

  /** Reads an object and removes it: nobody else gets it. */
  async take(kind: string, id: string, transaction: StoreTransaction): Promise<Payload | undefined> {
    const row = await transaction
      .deleteFrom('oauth_objects')
      .where('kind', '=', kind)
      .where('id_hash', '=', hashOfToken(id))
      .where('expires_at', '>', this.clock.now().toISOString())
      .returningAll()
      .executeTakeFirst();
    return row && this.open(row);
  }

  /** Removes a grant, its codes and refresh tokens, and what waits to become its connection. */
  async endGrant(grantHash: string, transaction: StoreTransaction): Promise<void> {
    await transaction
      .deleteFrom('oauth_objects')
      .where((each) => each.or([each('grant_hash', '=', grantHash), each.and({ kind: 'Grant', id_hash: grantHash })]))
      .execute();
  }

  private open(row: OAuthObjectRow): Payload | undefined {
    const payload = unsealJson(this.key, placeOf(row.kind, row.id_hash), row.payload);
    return typeof payload === 'object' && payload !== null ? (payload as Payload) : undefined;
  }

  private rowOf(kind: string, { id, payload, expiresAt }: Entry): OAuthObjectRow {
    const idHash = hashOfToken(id);
    const { grantId, uid } = payload;
    return {
      kind,
      id_hash: idHash,
      grant_hash: typeof grantId === 'string' ? hashOfToken(grantId) : null,
      uid_hash: kind === 'Session' && typeof uid === 'string' ? hashOfToken(uid) : null,
      payload: sealJson(this.key, placeOf(kind, idHash), payload),
      consumed_at: null,
      expires_at: expiresAt.toISOString(),
    };
  }

  private async read(
    kind: string,
    where: Partial<Pick<OAuthObjectRow, 'id_hash' | 'uid_hash'>>,
    known: Payload,
  ): Promise<StoredObject | undefined> {
    const row = await this.store.db
      .selectFrom('oauth_objects')
      .selectAll()
      .where('kind', '=', kind)
      .where((each) => each.and(where))
      .where('expires_at', '>', this.clock.now().toISOString())
      .executeTakeFirst();
    const payload = row && this.open(row);
    if (!row || !payload) return undefined;
    return {
      payload: { ...payload, ...known },
      consumedAt: row.consumed_at === null ? undefined : new Date(row.consumed_at),
    };
  }
}

function placeOf(kind: string, idHash: string): string {
  return `oauth_objects ${kind} ${idHash}`;
}
