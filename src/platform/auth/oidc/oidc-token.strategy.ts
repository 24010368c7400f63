import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Request } from 'express';
import type { Actor, Identity } from '../actor';
import { Actors } from '../actors';
import { BearerStrategy } from '../bearer.strategy';
import { type CredentialKind, OIDC_TOKEN } from '../token-kinds';
import { OidcIssuers } from './oidc-issuers';

/** JWTs of OpenID Connect issuers, recognised by an `iss` that the configuration names. */
@Injectable()
export class OidcTokenStrategy extends PassportStrategy(BearerStrategy, OIDC_TOKEN) implements CredentialKind {
  readonly kind = OIDC_TOKEN;

  constructor(
    @Inject(OidcIssuers) private readonly issuers: OidcIssuers,
    @Inject(Actors) private readonly actors: Actors,
  ) {
    super((token: string) => issuers.knows(token));
  }

  validate(token: string, request: Request): Promise<Actor> {
    return this.actors.admit(this, token, request);
  }

  identify(token: string): Promise<Identity> {
    return this.issuers.verify(token);
  }
}
