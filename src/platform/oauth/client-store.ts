import { createHmac } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../clock';
import { Config } from '../config';
import { canonicalJson } from '../crypto';
import { Unavailable } from '../errors';
import { Keys } from '../keys';
import { Store, type StoreTransaction } from '../store';
import type { Payload } from './oauth-objects';

/** A registration that nobody connected goes after a day. */
const UNUSED_MS = 86_400_000;

/** Clients that registered themselves. There is nothing secret about them: a client id proves nothing. */
@Injectable()
export class ClientStore {
  private readonly key: Uint8Array;

  constructor(
    @Inject(Store) private readonly store: Store,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Keys) keys: Keys,
  ) {
    this.key = keys.oauthClientKey;
  }

  /** The same metadata gives the same id: whoever registers again, at every start for example, is known already. */
  idOf(metadata: object): string {
    return `c-${createHmac('sha256', this.key).update(canonicalJson(metadata)).digest('base64url').slice(0, 32)}`;
  }

  /** @throws Unavailable `too_many_clients` beyond MCTL_OAUTH_MAX_CLIENTS. */
  async register(clientId: string, metadata: Payload): Promise<void> {
    const now = this.clock.now();
    const expiresAt = new Date(now.getTime() + UNUSED_MS).toISOString();
    await this.store.transaction(async (transaction) => {
      await transaction.deleteFrom('oauth_clients').where('expires_at', '<=', now.toISOString()).execute();
      if (await isKnown(transaction, clientId)) return prolong(transaction, clientId, expiresAt);
      const { count } = await transaction
        .selectFrom('oauth_clients')
        .select((each) => each.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      const most = this.config.values.oauthMaxClients;
      if (count >= most && !(await makeRoom(transaction))) throw tooMany(most);
      await transaction
        .insertInto('oauth_clients')
        .values({
          client_id: clientId,
          metadata: JSON.stringify(metadata),
          registered_at: now.toISOString(),
          expires_at: expiresAt,
        })
        // Another replica may have been told the same at the same moment.
        .onConflict((conflict) => conflict.column('client_id').doNothing())
        .execute();
    });
  }

  async find(clientId: string): Promise<Payload | undefined> {
    const row = await this.store.db
      .selectFrom('oauth_clients')
      .select('metadata')
      .where('client_id', '=', clientId)
      .where('expires_at', '>', this.clock.now().toISOString())
      .executeTakeFirst();
    return row && (JSON.parse(row.metadata) as Payload);
  }

  /** A client that somebody connected stays as long as that connection may last. */
  async keep(clientId: string, until: Date): Promise<void> {
    await this.store.transaction((transaction) => prolong(transaction, clientId, until.toISOString()));
  }

  async remove(clientId: string): Promise<void> {
    await this.store.transaction((transaction) =>
      transaction.deleteFrom('oauth_clients').where('client_id', '=', clientId).execute(),
    );
  }
}

async function isKnown(transaction: StoreTransaction, clientId: string): Promise<boolean> {
  const query = transaction.selectFrom('oauth_clients').select('client_id').where('client_id', '=', clientId);
  return (await query.executeTakeFirst()) !== undefined;
}

/** Removes the registration that was not used for longest, of those that nobody connected. @returns whether there was one. */
async function makeRoom(transaction: StoreTransaction): Promise<boolean> {
  const connected = transaction.selectFrom('oauth_connections').select('client_id');
  const oldest = await transaction
    .selectFrom('oauth_clients')
    .select('client_id')
    .where('client_id', 'not in', connected)
    .orderBy('expires_at')
    .orderBy('client_id')
    .limit(1)
    .executeTakeFirst();
  if (!oldest) return false;
  await transaction.deleteFrom('oauth_clients').where('client_id', '=', oldest.client_id).execute();
  return true;
}

async function prolong(transaction: StoreTransaction, clientId: string, until: string): Promise<void> {
  await transaction
    .updateTable('oauth_clients')
    .set({ expires_at: until })
    .where('client_id', '=', clientId)
    .where('expires_at', '<', until)
    .execute();
}

function tooMany(most: number): Unavailable {
  return new Unavailable(
    `${most} clients have registered themselves, which is the most that are taken, and somebody uses each of them.`,
    {
      code: 'too_many_clients',
      fix: 'Each goes with its last connection. Whoever runs MCTL can register the client (MCTL_OAUTH_CLIENTS) or raise MCTL_OAUTH_MAX_CLIENTS.',
      retryAfterSeconds: 3_600,
    },
  );
}
