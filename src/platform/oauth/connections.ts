import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../clock';
import { Config } from '../config';
import { hashOfToken, sealJson, ulid, unsealJson } from '../crypto';
import { Keys } from '../keys';
import { isVouchedFor, type Person, readPerson } from '../sign-in/person';
import { type ConnectionRow, Store, type StoreTransaction } from '../store';
import { OAuthObjects } from './oauth-objects';

/** A client that a person has let in. */
export interface Connection {
  readonly id: string;
  readonly login: string;
  readonly clientId: string;
  readonly clientName: string;
  /** Host, or scheme of an app, that the codes go to. */
  readonly redirectHost: string;
  readonly scopes: readonly string[];
  readonly connectedAt: Date;
  readonly usedAt: Date;
  readonly expiresAt: Date;
}

export interface NewConnection extends Pick<Connection, 'clientId' | 'clientName' | 'redirectHost' | 'scopes'> {
  readonly grantId: string;
  readonly person: Person;
  /** Nobody was asked: it stands in for the one that the client has had by the same consent. */
  readonly isSilent: boolean;
}

/** `used_at` is for people; once in a while is exact enough, and spares a write per call. */
const USED_STEP_MS = 60_000;

/** Connections: as long as the row is there its tokens are good, on every replica. */
@Injectable()
export class Connections {
  private readonly key: Uint8Array;

  constructor(
    @Inject(Store) private readonly store: Store,
    @Inject(OAuthObjects) private readonly objects: OAuthObjects,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Keys) keys: Keys,
  ) {
    this.key = keys.oauthConnectionKey;
  }

  /** @returns those that it ends: the one that it replaces, and those beyond MCTL_OAUTH_MAX_CONNECTIONS. */
  async open(connection: NewConnection, transaction: StoreTransaction): Promise<Connection[]> {
    const { grantId, person, scopes, isSilent, ...client } = connection;
    const before = await rowsOf(transaction, person.login, this.clock.now());
    const isReplaced = (row: ConnectionRow): boolean =>
      isSilent && row.client_id === client.clientId && row.redirect_host === client.redirectHost;
    const others = before.filter((row) => !isReplaced(row)).sort((a, b) => a.used_at.localeCompare(b.used_at));
    const tooMany = Math.max(0, others.length + 1 - this.config.values.oauthMaxConnections);
    const ended = [...before.filter(isReplaced), ...others.slice(0, tooMany)];
    for (const row of ended) await this.remove(row.grant_hash, transaction);
    const [now, grantHash] = [this.clock.now().toISOString(), hashOfToken(grantId)];
    const row: ConnectionRow = {
      id: ulid(),
      grant_hash: grantHash,
      login: person.login,
      client_id: client.clientId,
      client_name: client.clientName,
      redirect_host: client.redirectHost,
      scopes: scopes.join(' '),
      person: sealJson(this.key, grantHash, person),
      connected_at: now,
      used_at: now,
      expires_at: this.endOfNew().toISOString(),
    };
    await transaction.insertInto('oauth_connections').values(row).execute();
    return ended.map(connectionOf);
  }

  /** When a connection that is opened now ends by itself. */
  endOfNew(): Date {
    return new Date(this.clock.now().getTime() + this.config.values.oauthConnectionTtl);
  }

  /** Whose connection it is; undefined once it has ended or expired, or people may no longer sign in the way they did. Noted as used. */
  async personOf(grantHash: string): Promise<Person | undefined> {
    const now = this.clock.now();
    const row = await this.store.db
      .selectFrom('oauth_connections')
      .select(['person', 'used_at'])
      .where('grant_hash', '=', grantHash)
      .where('expires_at', '>', now.toISOString())
      .executeTakeFirst();
    if (!row) return undefined;
    if (now.getTime() - Date.parse(row.used_at) > USED_STEP_MS) await this.touch(grantHash, now);
    const person = readPerson(unsealJson(this.key, grantHash, row.person));
    return person && isVouchedFor(person, this.config) ? person : undefined;
  }

  /** A person's connections, the newest first. */
  async listOf(login: string): Promise<Connection[]> {
    return (await rowsOf(this.store.db, login, this.clock.now())).map(connectionOf);
  }

  /**
   * Ends a connection of this person, and what they agreed to for its client: they are asked anew.
   * @returns undefined where they have no such connection, whoever else may.
   */
  async end(login: string, id: string): Promise<Connection | undefined> {
    return this.store.transaction(async (transaction) => {
      const row = (await rowsOf(transaction, login)).find((each) => each.id === id);
      if (!row) return undefined;
      await this.remove(row.grant_hash, transaction);
      return forgotten(row, transaction);
    });
  }

  /**
   * Ends what was given by a grant, whether or not a connection came of it.
   * @param isForgotten whether the person is asked anew. @returns undefined where there was none, or somebody else ended it.
   */
  async endGrant(grantHash: string, isForgotten: boolean): Promise<Connection | undefined> {
    return this.store.transaction(async (transaction) => {
      const row = await this.remove(grantHash, transaction);
      if (!row) return undefined;
      return isForgotten ? forgotten(row, transaction) : connectionOf(row);
    });
  }

  private async remove(grantHash: string, transaction: StoreTransaction): Promise<ConnectionRow | undefined> {
    // First what could still become a connection: whoever redeems its code meanwhile has then either done so, or cannot.
    await this.objects.endGrant(grantHash, transaction);
    return transaction
      .deleteFrom('oauth_connections')
      .where('grant_hash', '=', grantHash)
      .returningAll()
      .executeTakeFirst();
  }

  private async touch(grantHash: string, now: Date): Promise<void> {
    await this.store.transaction((transaction) =>
      transaction
        .updateTable('oauth_connections')
        .set({ used_at: now.toISOString() })
        .where('grant_hash', '=', grantHash)
        .execute(),
    );
  }
}

/** The newest first. @param now leaves out what has expired. */
async function rowsOf(db: Store['db'] | StoreTransaction, login: string, now?: Date): Promise<ConnectionRow[]> {
  return db
    .selectFrom('oauth_connections')
    .selectAll()
    .where((each) => each.fn('lower', ['login']), '=', login.toLowerCase())
    .where('expires_at', '>', now?.toISOString() ?? '')
    .orderBy('connected_at', 'desc')
    .orderBy('id')
    .execute();
}

/** The person is asked anew when this client comes again. */
async function forgotten(row: ConnectionRow, transaction: StoreTransaction): Promise<Connection> {
  await transaction
    .deleteFrom('oauth_consents')
    .where('login', '=', row.login.toLowerCase())
    .where('client_id', '=', row.client_id)
    .execute();
  return connectionOf(row);
}

function connectionOf(row: ConnectionRow): Connection {
  return {
    id: row.id,
    login: row.login,
    clientId: row.client_id,
    clientName: row.client_name,
    redirectHost: row.redirect_host,
    scopes: row.scopes.split(' ').filter(Boolean),
    connectedAt: new Date(row.connected_at),
    usedAt: new Date(row.used_at),
    expiresAt: new Date(row.expires_at),
  };
}
