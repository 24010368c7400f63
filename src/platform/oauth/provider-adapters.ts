import type * as OidcProvider from 'oidc-provider' with { 'resolution-mode': 'import' };
import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../clock';
import { Config } from '../config';
import { MctlError } from '../errors';
import { ClientStore } from './client-store';
import { oauthAdapter } from './oauth-adapter';
import { OAuthObjects, type Payload } from './oauth-objects';
import { RegisteredClients } from './registered-clients';

type Errors = (typeof OidcProvider)['errors'];

/** What the library keeps, in our store; clients of the settings come before those that registered themselves. */
@Injectable()
export class ProviderAdapters {
  constructor(
    @Inject(OAuthObjects) private readonly objects: OAuthObjects,
    @Inject(ClientStore) private readonly clients: ClientStore,
    @Inject(RegisteredClients) private readonly registered: RegisteredClients,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  factory({ InvalidGrant, CustomOIDCProviderError }: Errors): OidcProvider.AdapterFactory {
    const clients = {
      find: async (id: string) => (await this.registered.find(id)) ?? (await this.clients.find(id)),
      register: (id: string, metadata: Payload) =>
        this.clients.register(id, metadata).catch((error: unknown) => {
          if (!(error instanceof MctlError)) throw error;
          const words = new CustomOIDCProviderError('temporarily_unavailable', error.message);
          throw Object.assign(words, { statusCode: 503 });
        }),
      remove: (id: string) => this.clients.remove(id),
    };
    const shared = {
      objects: this.objects,
      clients,
      graceMs: this.config.values.oauthRefreshGrace,
      now: () => this.clock.now(),
      alreadyUsed: (kind: string) => new InvalidGrant(`${kind} already used`),
    };
    return (kind) => oauthAdapter(kind, shared);
  }
}
