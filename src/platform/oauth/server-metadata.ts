import { Inject, Injectable } from '@nestjs/common';
import { SCOPES } from '../auth/scopes';
import { Config } from '../config';
import { OAUTH_PATHS, OAuthAddresses } from './addresses';
import { TOKEN_EXCHANGE } from './registered-clients';
import { SIGNING_ALGORITHM } from './signing-keys';

/** What clients are told about the server (RFC 8414). Written here and not by the library, which would name more than there is. */
@Injectable()
export class ServerMetadata {
  constructor(
    @Inject(OAuthAddresses) private readonly addresses: OAuthAddresses,
    @Inject(Config) private readonly config: Config,
  ) {}

  get takesRegistrations(): boolean {
    return this.config.values.oauthRegistration;
  }

  document(): object {
    const { issuer } = this.addresses;
    const { oauthCi, oauthMetadataDocuments } = this.config.values;
    const methods = ['none', 'client_secret_basic', 'client_secret_post'];
    return {
      issuer,
      authorization_endpoint: issuer + OAUTH_PATHS.authorization,
      token_endpoint: issuer + OAUTH_PATHS.token,
      ...(this.takesRegistrations && { registration_endpoint: issuer + OAUTH_PATHS.registration }),
      revocation_endpoint: issuer + OAUTH_PATHS.revocation,
      jwks_uri: issuer + OAUTH_PATHS.jwks,
      scopes_supported: Object.keys(SCOPES),
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      grant_types_supported: ['authorization_code', 'refresh_token', ...(oauthCi.length > 0 ? [TOKEN_EXCHANGE] : [])],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: methods,
      revocation_endpoint_auth_methods_supported: methods,
      authorization_response_iss_parameter_supported: true,
      client_id_metadata_document_supported: oauthMetadataDocuments,
      service_documentation: `${issuer}/docs`,
      // Two members that OpenID Connect requires, for clients that read this at its path. There are no ID tokens.
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [SIGNING_ALGORITHM],
    };
  }
}
