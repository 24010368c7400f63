import { Inject, Injectable } from '@nestjs/common';
import { Audit } from '../audit/audit';
import type { Actor, Via } from '../auth/actor';
import { Config } from '../config';
import { ulid } from '../crypto';
import { log } from '../logging';
import type { Person } from '../sign-in/person';
import { connectionEntry } from './connection-entry';
import { type Connection, Connections } from './connections';

/** Why a connection ended that nobody ended by hand; the code of its audit entry. */
export type EndCode = 'refresh_reused' | 'code_reused' | 'revoked_by_client';

/** Every end of a connection that somebody brings about. Each is in the audit trail. */
@Injectable()
export class ConnectionEnds {
  constructor(
    @Inject(Connections) private readonly connections: Connections,
    @Inject(Audit) private readonly audit: Audit,
    @Inject(Config) private readonly config: Config,
  ) {}

  /** @returns what was ended; undefined where this person has no such connection. */
  byOwner({ login, via: method }: Person, id: string, via: Via): Promise<Connection | undefined> {
    return this.by({ login, method, isAdmin: this.config.isAdmin(login), via }, login, id);
  }

  /** @param login whose connection it is. @returns what was ended; undefined where they have no such connection. */
  async by(actor: Actor, login: string, id: string): Promise<Connection | undefined> {
    const ended = await this.connections.end(login, id);
    if (!ended) return undefined;
    await this.audit.record({ ...connectionEntry(actor, ended), event: 'disconnected' });
    log.info({ user: ended.login, by: actor.login, client: ended.clientName }, 'an application was disconnected');
    return ended;
  }

  /** Ends what came of a grant: a credential of it was taken back, or came twice, so that two have it. */
  async ofGrant(grantHash: string, code: EndCode): Promise<void> {
    const isTheft = code !== 'revoked_by_client';
    const ended = await this.connections.endGrant(grantHash, isTheft);
    if (!ended) return;
    const { login, clientName } = ended;
    const via: Via = { door: 'rest', requestId: ulid() };
    const actor: Actor = { login, method: 'oauth', isAdmin: this.config.isAdmin(login), via };
    log[isTheft ? 'warn' : 'info']({ user: login, client: clientName, code }, 'an application was disconnected');
    await this.audit.record({ ...connectionEntry(actor, ended), event: 'disconnected', code });
  }
}
