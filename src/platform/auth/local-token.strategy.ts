import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Request } from 'express';
import { Config } from '../config';
import { Unauthenticated } from '../errors';
import type { Actor, Identity } from './actor';
import { Actors } from './actors';
import { BearerStrategy } from './bearer.strategy';
import type { Knock } from './failed-sign-ins';
import { LOCAL_ISSUER } from './local-issuer';
import { LocalTokens } from './local-tokens';
import { type CredentialKind, LOCAL_TOKEN } from './token-kinds';
import { unverifiedJwt } from './unverified-jwt';

/** Tokens of the local issuer, recognised by their `iss`. */
@Injectable()
export class LocalTokenStrategy extends PassportStrategy(BearerStrategy, LOCAL_TOKEN) implements CredentialKind {
  readonly kind = LOCAL_TOKEN;

  constructor(
    @Inject(LocalTokens) private readonly tokens: LocalTokens,
    @Inject(Actors) private readonly actors: Actors,
    @Inject(Config) private readonly config: Config,
  ) {
    super((token: string) => unverifiedJwt(token)?.issuer === LOCAL_ISSUER);
  }

  validate(token: string, request: Request): Promise<Actor> {
    return this.actors.admit(this, token, request);
  }

  async identify(token: string, { isForwarded }: Pick<Knock, 'isForwarded'>): Promise<Identity> {
    if (!this.config.takesLocalTokens) throw switchedOff();
    // A proxy on this machine reaches loopback in the name of whoever reaches the proxy.
    if (isForwarded) throw forwarded();
    const { login, expiresAt } = await this.tokens.verify(token);
    return { login, expiresAt, method: 'local' };
  }
}

function switchedOff(): Unauthenticated {
  return new Unauthenticated('Tokens of the local issuer are not taken here.', {
    code: 'token_kind_off',
    fix: 'They are for loopback only (MCTL_HOST, MCTL_PUBLIC_URL, MCTL_LOCAL_TOKENS). Sign in with what this server takes.',
  });
}

function forwarded(): Unauthenticated {
  return new Unauthenticated('Tokens of the local issuer are not taken through a proxy.', {
    code: 'token_kind_off',
    fix: 'Call MCTL on its own machine at the address it listens on, or sign in with what is taken from elsewhere (MCTL_OIDC_ISSUERS, MCTL_GITHUB_TOKENS, a sign-in with a browser).',
  });
}
