import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Request } from 'express';
import type { Actor, Identity } from '../auth/actor';
import { Actors } from '../auth/actors';
import { BearerStrategy } from '../auth/bearer.strategy';
import { type CredentialKind, OAUTH_TOKEN } from '../auth/token-kinds';
import { unverifiedJwt } from '../auth/unverified-jwt';
import { Config } from '../config';
import { Unauthenticated } from '../errors';
import { type AccessToken, AccessTokens } from './access-tokens';
import { OAuthAddresses } from './addresses';

/** Access tokens of our own authorisation server, recognised by our `iss`. */
@Injectable()
export class OAuthTokenStrategy extends PassportStrategy(BearerStrategy, OAUTH_TOKEN) implements CredentialKind {
  readonly kind = OAUTH_TOKEN;

  constructor(
    @Inject(AccessTokens) private readonly tokens: AccessTokens,
    @Inject(OAuthAddresses) addresses: OAuthAddresses,
    @Inject(Actors) private readonly actors: Actors,
    @Inject(Config) private readonly config: Config,
  ) {
    super((token: string) => addresses.isOn && unverifiedJwt(token)?.issuer === addresses.issuer);
  }

  validate(token: string, request: Request): Promise<Actor> {
    return this.actors.admit(this, token, request);
  }

  async identify(token: string): Promise<Identity> {
    return this.identityOf(await this.tokens.verify(token));
  }

  /** @throws Unauthenticated for a CI job whose rule has gone from the settings. */
  private identityOf({ claims, person }: AccessToken): Identity {
    const { sub: login, exp, scope } = claims;
    const shared = { login, expiresAt: new Date(exp * 1000), scopes: scope.split(' ').filter(Boolean) };
    if (person) {
      const { email, teams, teamsUnknown } = person;
      return { ...shared, method: 'oauth', email, teams, teamsUnknown };
    }
    const assigned = this.config.assignedRole(login);
    if (assigned) return { ...shared, method: 'ci', assigned };
    throw new Unauthenticated('This CI job has no role here any more.', {
      code: 'invalid_token',
      fix: 'See MCTL_OAUTH_CI.',
    });
  }
}
