import { Module } from '@nestjs/common';
import { PublicFetch } from '../outbound/public-fetch';
import { PublicHosts } from '../outbound/public-hosts';
import { SignInModule } from '../sign-in/sign-in.module';
import { AccessTokens } from './access-tokens';
import { Accounts } from './accounts';
import { OAuthAddresses } from './addresses';
import { AuthorizationServer } from './authorization-server';
import { ClientDocuments } from './client-documents';
import { ClientStore } from './client-store';
import { ConnectionEnds } from './connection-ends';
import { Connections } from './connections';
import { ConnectionsController } from './connections.controller';
import { ConsentService } from './consent.service';
import { Consents } from './consents';
import { InteractionController } from './interaction.controller';
import { OAuthController } from './oauth.controller';
import { OAuthObjects } from './oauth-objects';
import { OAuthSweeper } from './oauth-sweeper';
import { OAuthTokenStrategy } from './oauth-token.strategy';
import { PendingConnections } from './pending-connections';
import { ProviderAdapters } from './provider-adapters';
import { ProviderConfiguration } from './provider-configuration';
import { RegisteredClients } from './registered-clients';
import { ResourceServers } from './resource-servers';
import { ServerMetadata } from './server-metadata';
import { SigningKeys } from './signing-keys';
import { TokenExchange } from './token-exchange';

/** The OAuth 2.1 authorisation server (ADR 22). */
@Module({
  imports: [SignInModule],
  controllers: [OAuthController, InteractionController, ConnectionsController],
  providers: [
    AccessTokens,
    Accounts,
    AuthorizationServer,
    ClientDocuments,
    ClientStore,
    ConnectionEnds,
    Connections,
    ConsentService,
    Consents,
    OAuthAddresses,
    OAuthObjects,
    OAuthSweeper,
    OAuthTokenStrategy,
    PendingConnections,
    ProviderAdapters,
    ProviderConfiguration,
    PublicFetch,
    PublicHosts,
    RegisteredClients,
    ResourceServers,
    ServerMetadata,
    SigningKeys,
    TokenExchange,
  ],
})
export class OAuthModule {}
