import type * as OidcProvider from 'oidc-provider' with { 'resolution-mode': 'import' };
import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../clock';
import { Config } from '../config';
import { MctlError } from '../errors';
import { ClientStore } from './client-store';
import { oauthAdapter } from './oauth-adapter';
import { ConnectionEnds, type EndCode } from './connection-ends';
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
    @Inject(ConnectionEnds) private readonly ends: ConnectionEnds,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** @param context of the request that is being answered. */
  factory(errors: Errors, context: () => OidcProvider.KoaContextWithOIDC | undefined): OidcProvider.AdapterFactory {
    const { InvalidGrant, SessionNotFound, CustomOIDCProviderError } = errors;
    const clients = {
      find: async (id: string) => (await this.registered.find(id)) ?? (await this.clients.find(id)),
      register: (id: string, metadata: Payload) =>
        this.clients.register(id, metadata).catch((error: unknown) => {
          if (!(error instanceof MctlError)) throw error;
          const words = new CustomOIDCProviderError('temporarily_unavailable', error.message);
          const seconds = error.details.retryAfterSeconds;
          if (seconds !== undefined) context()?.set('Retry-After', String(seconds));
          throw Object.assign(words, { statusCode: 503 });
        }),
      remove: (id: string) => this.clients.remove(id),
    };
    const shared = {
      objects: this.objects,
      clients,
      graceMs: this.config.values.oauthRefreshGrace,
      now: () => this.clock.now(),
      generation: this.config.values.oauthKeyGeneration,
      alreadyUsed: (kind: string) =>
        kind === 'Interaction'
          ? new SessionNotFound('this step was done already')
          : new InvalidGrant(`${kind} already used`),
      endGrant: (grantHash: string) => this.ends.ofGrant(grantHash, endCode(context())),
    };
    return (kind) => oauthAdapter(kind, shared);
  }
}

/** The library ends a grant in three places, and tells which by nothing but what it was doing. */
function endCode(context: OidcProvider.KoaContextWithOIDC | undefined): EndCode {
  if (context?.oidc.route === 'revocation') return 'revoked_by_client';
  return context?.oidc.entities.RefreshToken?.consumed ? 'refresh_reused' : 'code_reused';
}
