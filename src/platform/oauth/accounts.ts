import type * as OidcProvider from 'oidc-provider' with { 'resolution-mode': 'import' };
import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../clock';
import { Config } from '../config';
import { hashOfToken } from '../crypto';
import { isStale } from '../sign-in/person';
import { Connections } from './connections';
import { PendingConnections } from './pending-connections';

/** Who a grant is for. */
@Injectable()
export class Accounts {
  constructor(
    @Inject(Connections) private readonly connections: Connections,
    @Inject(PendingConnections) private readonly pending: PendingConnections,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * `findAccount` of the library, which asks right after it has used a code up, and before it gives anything out.
   * @returns undefined for a code that leads to no connection, and a refresh token whose person has to sign in again.
   */
  async find(login: string, token: unknown): Promise<OidcProvider.Account | undefined> {
    const { kind, grantId = '' } = (token ?? {}) as { kind?: string; grantId?: string };
    if (kind === 'AuthorizationCode' && !(await this.pending.redeem(grantId))) return undefined;
    if (kind === 'RefreshToken' && !(await this.mayRenew(login, grantId))) return undefined;
    return { accountId: login, claims: () => Promise.resolve({ sub: login }) };
  }

  private async mayRenew(login: string, grantId: string): Promise<boolean> {
    const person = await this.connections.personOf(hashOfToken(grantId));
    return person?.login === login && !isStale(person, this.config, this.clock.now());
  }
}
