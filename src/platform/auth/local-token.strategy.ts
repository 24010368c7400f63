import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Request } from 'express';
import { Config } from '../config';
import { Unauthenticated } from '../errors';
import type { Actor, Identity } from './actor';
import { Actors } from './actors';
import { BearerStrategy } from './bearer.strategy';
import { LocalIssuer, LOCAL_ISSUER } from './local-issuer';
import { type CredentialKind, LOCAL_TOKEN } from './token-kinds';
import { unverifiedJwt } from './unverified-jwt';

/** Tokens of the local issuer, recognised by their `iss`. */
@Injectable()
export class LocalTokenStrategy extends PassportStrategy(BearerStrategy, LOCAL_TOKEN) implements CredentialKind {
  readonly kind = LOCAL_TOKEN;

  constructor(
    @Inject(LocalIssuer) private readonly issuer: LocalIssuer,
    @Inject(Actors) private readonly actors: Actors,
    @Inject(Config) private readonly config: Config,
  ) {
    super((token: string) => unverifiedJwt(token)?.issuer === LOCAL_ISSUER);
  }

  validate(token: string, request: Request): Promise<Actor> {
    return this.actors.admit(this, token, request);
  }

  async identify(token: string): Promise<Identity> {
    if (!this.config.takesLocalTokens) throw switchedOff();
    return { ...(await this.issuer.verify(token)), method: 'local' };
  }
}

function switchedOff(): Unauthenticated {
  return new Unauthenticated('Tokens of the local issuer are not taken here.', {
    code: 'token_kind_off',
    fix: 'They are for loopback only (MCTL_HOST, MCTL_LOCAL_TOKENS). Sign in with what this server takes.',
  });
}
