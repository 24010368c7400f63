import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Request } from 'express';
import { Config } from '../config';
import { viaOf } from '../http/via';
import type { Actor } from './actor';
import { BearerStrategy } from './bearer.strategy';
import { LocalIssuer } from './local-issuer';

export const LOCAL_TOKEN = 'local-token';

/** Tokens of the local issuer. Other kinds of token get a strategy of their own beside it, told apart by shape and issuer. */
@Injectable()
export class LocalTokenStrategy extends PassportStrategy(BearerStrategy, LOCAL_TOKEN) {
  constructor(
    @Inject(LocalIssuer) private readonly issuer: LocalIssuer,
    @Inject(Config) private readonly config: Config,
  ) {
    super();
  }

  async validate(token: string, request: Request): Promise<Actor> {
    const { login, expiresAt } = await this.issuer.verify(token);
    return { login, expiresAt, method: 'local', isAdmin: this.config.isAdmin(login), via: viaOf(request) };
  }
}
