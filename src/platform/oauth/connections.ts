import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../clock';
import { Config } from '../config';
import { hashOfToken, sealJson, ulid, unsealJson } from '../crypto';
import { Keys } from '../keys';
import { isVouchedFor, type Person, readPerson } from '../sign-in/person';
import { type ConnectionRow, Store } from '../store';
import { ClientStore } from './client-store';
import { OAuthObjects } from './oauth-objects';

/** A client that a person has let in. */
export interface Connection {
  readonly id: string;
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
  readonly expiresAt: Date;
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
    @Inject(ClientStore) private readonly clients: ClientStore,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Keys) keys: Keys,
  ) {
    this.key = keys.oauthConnectionKey;
  }

  async open({ grantId, person, scopes, expiresAt, ...client }: NewConnection): Promise<void> {
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
      expires_at: expiresAt.toISOString(),
    };
    await this.store.transaction((transaction) => transaction.insertInto('oauth_connections').values(row).execute());
    await this.clients.keep(client.clientId, expiresAt);
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
    const rows = await this.store.db
      .selectFrom('oauth_connections')
      .selectAll()
      .where((each) => each.fn('lower', ['login']), '=', login.toLowerCase())
      .where('expires_at', '>', this.clock.now().toISOString())
      .orderBy('connected_at', 'desc')
      .orderBy('id')
      .execute();
    return rows.map(connectionOf);
  }

  /**
   * Ends a connection of this person, and with the last one of its client what they agreed to: they are asked anew.
   * @returns undefined where they have no such connection, whoever else may.
   */
  async end(login: string, id: string): Promise<Connection | undefined> {
    return this.store.transaction(async (transaction) => {
      const row = await transaction
        .selectFrom('oauth_connections')
        .selectAll()
        .where('id', '=', id)
        .where((each) => each.fn('lower', ['login']), '=', login.toLowerCase())
        .executeTakeFirst();
      if (!row) return undefined;
      await this.objects.endGrant(row.grant_hash, transaction);
      await transaction
        .deleteFrom('oauth_consents')
        .where('login', '=', login.toLowerCase())
        .where('client_id', '=', row.client_id)
        .execute();
      return connectionOf(row);
    });
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

function connectionOf(row: ConnectionRow): Connection {
  return {
    id: row.id,
    clientId: row.client_id,
    clientName: row.client_name,
    redirectHost: row.redirect_host,
    scopes: row.scopes.split(' ').filter(Boolean),
    connectedAt: new Date(row.connected_at),
    usedAt: new Date(row.used_at),
    expiresAt: new Date(row.expires_at),
  };
}
