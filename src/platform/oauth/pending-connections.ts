import { Inject, Injectable } from '@nestjs/common';
import { Audit, type AuditEntry } from '../audit/audit';
import type { Actor, Via } from '../auth/actor';
import { Clock } from '../clock';
import { Config } from '../config';
import { log } from '../logging';
import { Store } from '../store';
import { ClientStore } from './client-store';
import { connectionEntry } from './connection-entry';
import { type Connection, Connections, type NewConnection } from './connections';
import { Consents } from './consents';
import { OAuthObjects, type Payload } from './oauth-objects';

const KIND = 'PendingConnection';
/** From the yes to the code, and until that is redeemed. */
const TEN_MINUTES_MS = 600_000;

/** A person's yes whose code has not come back yet. */
export interface PendingConnection extends NewConnection {
  readonly redirectUri: string;
  /** Of the browser in which they agreed. */
  readonly via: Via;
}

/** A yes becomes a connection when the code that it led to is redeemed: a browser that got lost on its way has connected nothing. */
@Injectable()
export class PendingConnections {
  constructor(
    @Inject(Store) private readonly store: Store,
    @Inject(OAuthObjects) private readonly objects: OAuthObjects,
    @Inject(Connections) private readonly connections: Connections,
    @Inject(Consents) private readonly consents: Consents,
    @Inject(ClientStore) private readonly clients: ClientStore,
    @Inject(Audit) private readonly audit: Audit,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async hold(pending: PendingConnection): Promise<void> {
    const expiresAt = new Date(this.clock.now().getTime() + TEN_MINUTES_MS);
    await this.objects.put(KIND, { id: pending.grantId, payload: { ...pending }, expiresAt });
  }

  /**
   * Opens the connection, together with its audit entry: both or neither.
   * @returns false where nobody has agreed, or the connection was opened before.
   */
  async redeem(grantId: string): Promise<boolean> {
    const pending = await this.store.transaction(async (transaction) => {
      const payload = await this.objects.take(KIND, grantId, transaction);
      if (!payload) return undefined;
      const found = pendingIn(payload);
      const ended = await this.connections.open(found, transaction);
      await this.audit.append(transaction, this.entriesOf(found, ended));
      return found;
    });
    if (!pending) return false;
    const { person, clientId, clientName, redirectHost, redirectUri, scopes } = pending;
    await this.clients.keep(clientId, this.connections.endOfNew());
    await this.consents.remember({ login: person.login, clientId, redirectUri }, scopes);
    log.info(
      { user: person.login, client: clientName, redirect: redirectHost, scopes },
      'an application was connected',
    );
    return true;
  }

  private entriesOf({ person, via, clientName, scopes }: PendingConnection, ended: Connection[]): AuditEntry[] {
    const { login, via: method } = person;
    const actor: Actor = { login, method, isAdmin: this.config.isAdmin(login), via };
    return [
      ...ended.map((each) => ({
        ...connectionEntry(actor, each),
        event: 'disconnected' as const,
        code: 'connection_replaced',
      })),
      { ...connectionEntry(actor, { clientName, login }), event: 'connected', reason: scopes.join(' ') },
    ];
  }
}

/** What `hold` has sealed, which nobody else can write. */
function pendingIn(payload: Payload): PendingConnection {
  return payload as unknown as PendingConnection;
}
