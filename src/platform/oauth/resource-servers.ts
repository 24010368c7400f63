import type * as OidcProvider from 'oidc-provider' with { 'resolution-mode': 'import' };
import { Inject, Injectable } from '@nestjs/common';
import { SCOPES } from '../auth/scopes';
import { Config } from '../config';
import { OAuthAddresses } from './addresses';
import { SIGNING_ALGORITHM, SigningKeys } from './signing-keys';

/** What tokens for our one resource look like. */
@Injectable()
export class ResourceServers {
  constructor(
    @Inject(OAuthAddresses) private readonly addresses: OAuthAddresses,
    @Inject(SigningKeys) private readonly keys: SigningKeys,
    @Inject(Config) private readonly config: Config,
  ) {}

  own(): OidcProvider.ResourceServer {
    return {
      scope: Object.keys(SCOPES).join(' '),
      audience: this.addresses.resource,
      accessTokenFormat: 'jwt',
      accessTokenTTL: this.config.values.oauthAccessTtl / 1000,
      jwt: { sign: { alg: SIGNING_ALGORITHM, kid: this.keys.all[0]?.kid } },
    };
  }
}
