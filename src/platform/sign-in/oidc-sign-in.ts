import type * as OpenidClient from 'openid-client' with { 'resolution-mode': 'import' };
import { Inject, Injectable } from '@nestjs/common';
import type { Identity } from '../auth/actor';
import { identityOf } from '../auth/oidc/oidc-claims.policy';
import { Config } from '../config';
import { Unauthenticated, Unavailable } from '../errors';
import { OwnAddress } from '../http/pages';
import { log } from '../logging';
import type { IdentityProvider } from './identity-provider';
import { secretOf } from './secret-of';
import type { Attempt } from './sign-in-attempts';

const TIMEOUT_S = 5;
/** Discovery is repeated after this: keys and endpoints may have moved. */
const FRESH_MS = 10 * 60_000;

interface Discovered {
  readonly client: OpenidClient.Configuration;
  readonly at: number;
  readonly secret: string | undefined;
}

/** Sign-in with an OpenID Connect issuer: authorization code, PKCE, nonce, checked signature. Logins follow from its claims as its JWTs' do. */
@Injectable()
export class OidcSignIn implements IdentityProvider {
  readonly id = 'oidc';
  private discovered: Discovered | undefined;

  constructor(
    @Inject(Config) private readonly config: Config,
    @Inject(OwnAddress) private readonly address: OwnAddress,
  ) {}

  get name(): string {
    return this.config.values.signInOidcName ?? 'single sign-on';
  }

  async authorizeUrl({ state, nonce, verifier }: Attempt & { state: string }): Promise<string> {
    const library = await import('openid-client');
    const client = await this.discover(library);
    return library.buildAuthorizationUrl(client, {
      redirect_uri: this.callback,
      scope: this.config.values.signInOidcScopes,
      state,
      nonce,
      code_challenge: await library.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }).href;
  }

  async identify(callback: URL, { state, nonce, verifier }: Attempt & { state: string }): Promise<Identity> {
    const settings = this.config.values.oidcIssuers.find(
      ({ issuer }) => issuer === this.config.values.signInOidcIssuer,
    );
    const library = await import('openid-client');
    const client = await this.discover(library);
    const claims = await this.claimsOf(library, client, callback, { state, nonce, verifier });
    const identity = settings && identityOf(claims, settings);
    if (identity) return { ...identity, expiresAt: undefined };
    throw new Unauthenticated(`${this.name} told no login that can be used here.`, {
      code: 'no_login',
      fix: `Whoever runs MCTL should look at loginClaim in MCTL_OIDC_ISSUERS (${settings?.loginClaim ?? 'not set'}).`,
    });
  }

  private async claimsOf(
    library: typeof OpenidClient,
    client: OpenidClient.Configuration,
    callback: URL,
    { state, nonce, verifier }: Pick<Attempt, 'nonce' | 'verifier'> & { state: string },
  ): Promise<OpenidClient.IDToken> {
    try {
      const tokens = await library.authorizationCodeGrant(client, callback, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims) return claims;
      throw new Error('there is no id token');
    } catch (error) {
      throw this.refusalOf(library, error);
    }
  }

  private refusalOf(library: typeof OpenidClient, error: unknown): Error {
    if (error instanceof library.AuthorizationResponseError && error.error === 'access_denied') {
      return new Unauthenticated(`You did not sign in with ${this.name}.`, {
        code: 'sign_in_denied',
        fix: 'Try again.',
      });
    }
    const { name, message, code } = error as Error & { code?: string };
    log.warn({ reason: message, kind: name, code }, 'a sign-in with OpenID Connect failed');
    return new Unauthenticated(`The sign-in with ${this.name} did not succeed.`, {
      code: 'sign_in_failed',
      fix: 'Try again. Whoever runs MCTL finds the reason in its log.',
    });
  }

  private async discover(library: typeof OpenidClient): Promise<OpenidClient.Configuration> {
    const { signInOidcIssuer = '', signInOidcClientId = '', signInOidcClientSecretFile: file } = this.config.values;
    const secret = await secretOf(file, 'MCTL_SIGN_IN_OIDC_CLIENT_SECRET_FILE');
    const known = this.discovered;
    if (known && known.secret === secret && Date.now() - known.at < FRESH_MS) return known.client;
    try {
      // Deprecated only so that it stands out: the setting takes http on loopback alone.
      // eslint-disable-next-line @typescript-eslint/no-deprecated
      const insecure = signInOidcIssuer.startsWith('http:') ? [library.allowInsecureRequests] : [];
      const authentication = secret === undefined ? library.None() : undefined;
      const options = { timeout: TIMEOUT_S, execute: [library.enableNonRepudiationChecks, ...insecure] };
      const server = new URL(signInOidcIssuer);
      const client = await library.discovery(server, signInOidcClientId, secret, authentication, options);
      if (client.serverMetadata().issuer !== signInOidcIssuer) {
        throw new Error('its discovery document is of another issuer');
      }
      this.discovered = { client, at: Date.now(), secret };
      return client;
    } catch (err) {
      log.warn({ err, issuer: signInOidcIssuer }, 'an OpenID Connect issuer cannot be asked');
      throw new Unavailable(`${this.name} does not answer, so nobody can sign in with it.`, {
        code: 'issuer_unavailable',
        fix: 'Try again shortly.',
        retryAfterSeconds: 5,
      });
    }
  }

  private get callback(): string {
    return `${this.address.base() ?? ''}/sign-in/oidc/callback`;
  }
}
