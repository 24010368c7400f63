import type * as OidcProvider from 'oidc-provider' with { 'resolution-mode': 'import' };
import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../clock';
import { Config } from '../config';
import { hashOfToken } from '../crypto';
import { Keys } from '../keys';
import { Accounts } from './accounts';
import { OAUTH_PATHS, OAuthAddresses } from './addresses';
import { ClientDocuments } from './client-documents';
import { ClientStore } from './client-store';
import { errorDocument } from './pages';
import { pageHeaders } from '../http/pages';
import { ProviderAdapters } from './provider-adapters';
import { ResourceServers } from './resource-servers';
import { SIGNING_ALGORITHM, SigningKeys } from './signing-keys';

type Context = OidcProvider.KoaContextWithOIDC;
type Errors = (typeof OidcProvider)['errors'];

/** How long a person may take to sign in and agree, as RFC 6749 §4.1.2 has it for codes at most; codes themselves last a minute. */
const INTERACTION_S = 600;
const CODE_S = 60;
/** Shortest and longest time that a client's metadata document is believed; its own headers say within that. */
const DOCUMENT_CACHE_S = { min: 60, max: 3_600 };
/** Version of the draft whose behaviour we have read; another one refuses to start instead of behaving otherwise. */
const DOCUMENT_DRAFT = 'draft-02';

/** `oidc-provider` cut down to OAuth 2.1 for one resource: codes with PKCE, refresh tokens, JWT access tokens, and nothing else. */
@Injectable()
export class ProviderConfiguration {
  constructor(
    @Inject(OAuthAddresses) private readonly addresses: OAuthAddresses,
    @Inject(ProviderAdapters) private readonly adapters: ProviderAdapters,
    @Inject(ClientStore) private readonly clients: ClientStore,
    @Inject(ClientDocuments) private readonly documents: ClientDocuments,
    @Inject(Accounts) private readonly accounts: Accounts,
    @Inject(SigningKeys) private readonly keys: SigningKeys,
    @Inject(ResourceServers) private readonly resources: ResourceServers,
    @Inject(Keys) private readonly installation: Keys,
    @Inject(Config) private readonly config: Config,
  ) {}

  build({ Provider, errors, interactionPolicy }: typeof OidcProvider, clock: Clock): OidcProvider.Configuration {
    return {
      allowOmittingSingleRegisteredRedirectUri: false,
      adapter: this.adapters.factory(errors, () => Provider.ctx),
      clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post'],
      clientBasedCORS: () => false,
      clientDefaults: {
        token_endpoint_auth_method: 'none',
        id_token_signed_response_alg: SIGNING_ALGORITHM,
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
      },
      cookies: this.cookies(),
      enabledJWA: { idTokenSigningAlgValues: [SIGNING_ALGORITHM] },
      expiresWithSession: () => false,
      features: this.features(errors),
      fetch: (url: string | URL) => this.documents.read(String(url)),
      findAccount: (_context, login, token) => this.accounts.find(login, token),
      formats: {
        customizers: { jwt: (_context, { grantId }: { grantId?: string }, jwt) => bindToGrant(jwt, grantId) },
      },
      interactions: {
        url: (_context, { uid }) => `${OAUTH_PATHS.interaction}/${uid}`,
        policy: interactionPolicy.base(),
      },
      issueRefreshToken: (_context, client) => client.grantTypeAllowed('refresh_token'),
      jwks: {
        keys: this.keys.all.map(({ kid, privateKey }) => ({
          ...privateKey.export({ format: 'jwk' }),
          kid,
          use: 'sig',
          alg: SIGNING_ALGORITHM,
        })),
      },
      loadExistingGrant: (context) => existingGrant(context),
      pkce: { required: () => true },
      renderError: (context, { error, error_description: description }) => renderError(context, error, description),
      responseTypes: ['code'],
      revokeGrantPolicy: () => true,
      rotateRefreshToken: true,
      routes: {
        authorization: OAUTH_PATHS.authorization,
        token: OAUTH_PATHS.token,
        registration: OAUTH_PATHS.registration,
        revocation: OAUTH_PATHS.revocation,
        jwks: OAUTH_PATHS.jwks,
      },
      scopes: [],
      ttl: this.lifetimes(clock),
    } as OidcProvider.Configuration;
  }

  private cookies(): OidcProvider.Configuration['cookies'] {
    // All of them are scoped to paths (see `session-per-request`), so that the stronger prefix, which wants "/", fits none.
    const isSecure = this.addresses.issuer.startsWith('https:');
    const secure = isSecure ? '__Secure-' : '';
    const options = { signed: true, httpOnly: true, sameSite: 'lax', secure: isSecure } as const;
    return {
      names: {
        session: `${secure}mctl_oauth`,
        interaction: `${secure}mctl_oauth_interaction`,
        resume: `${secure}mctl_oauth_resume`,
      },
      long: { ...options, path: '/' },
      short: options,
      keys: [Buffer.from(this.installation.oauthCookieKey).toString('base64url')],
    };
  }

  private features(errors: Errors): OidcProvider.Configuration['features'] {
    const { oauthRegistration, oauthMetadataDocuments } = this.config.values;
    const { addresses } = this;
    return {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      dPoP: { enabled: false },
      revocation: {
        enabled: true,
        allowedPolicy: (_context, client, { clientId }) => clientId === client.clientId,
      },
      registration: {
        enabled: oauthRegistration,
        issueRegistrationAccessToken: false,
        idFactory: (context) => this.clients.idOf(context.oidc.body ?? {}),
      },
      clientIdMetadataDocument: {
        enabled: oauthMetadataDocuments,
        ack: DOCUMENT_DRAFT,
        allowFetch: () => true,
        allowClient: () => true,
        cacheDuration: DOCUMENT_CACHE_S,
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => addresses.resource,
        useGrantedResource: () => true,
        getResourceServerInfo: (_context, indicator) => {
          if (!addresses.isResource(indicator)) {
            throw new errors.InvalidTarget(`the resource must be ${addresses.resource}`);
          }
          return this.resources.own();
        },
      },
    };
  }

  private lifetimes(clock: Clock): OidcProvider.Configuration['ttl'] {
    const connection = Math.floor(this.config.values.oauthConnectionTtl / 1000);
    return {
      AccessToken: (_context, { resourceServer }) => resourceServer?.accessTokenTTL ?? CODE_S,
      AuthorizationCode: CODE_S,
      Grant: connection,
      Interaction: INTERACTION_S,
      // It only carries a person from the sign-in to the code; the browser session is ours.
      Session: INTERACTION_S,
      RefreshToken: (context) => {
        const end = context.oidc.entities.Grant?.exp ?? 0;
        return Math.max(1, end - Math.floor(clock.now().getTime() / 1000));
      },
    };
  }
}

/** Claim `gid`: the connection that a token lives and dies with. */
function bindToGrant({ payload }: OidcProvider.JWTStructured, grantId: string | undefined): void {
  if (grantId !== undefined) payload.gid = hashOfToken(grantId);
}

/** The grant of this very consent. Earlier ones are never joined: each connection can be ended by itself. */
async function existingGrant({ oidc }: Context): Promise<OidcProvider.Grant | undefined> {
  const grantId = oidc.result?.consent?.grantId;
  return grantId === undefined ? undefined : oidc.provider.Grant.find(grantId);
}

function renderError(context: Context, error: string, description = ''): void {
  const { document, style } = errorDocument(error, description);
  context.set(pageHeaders({ style }));
  context.type = 'html';
  context.body = document.text;
}
