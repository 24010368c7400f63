import { Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { Config } from '../config';
import { viaOf } from '../http/via';
import type { Actor } from './actor';
import { FailedSignIns, knockOf } from './failed-sign-ins';
import type { CredentialKind } from './token-kinds';

/** Makes a caller of a credential and a request, the same way for every kind of credential. */
@Injectable()
export class Actors {
  constructor(
    @Inject(Config) private readonly config: Config,
    @Inject(FailedSignIns) private readonly failures: FailedSignIns,
  ) {}

  /** @throws what the kind throws, counted and logged; RateLimited where this address fails too often. */
  async admit(kind: CredentialKind, token: string, request: Request): Promise<Actor> {
    const knock = knockOf(request);
    try {
      const identity = await kind.identify(token, knock);
      // Administrators come from the configuration alone, whatever a token or a provider says.
      return { ...identity, isAdmin: this.config.isAdmin(identity.login), via: viaOf(request) };
    } catch (error) {
      throw this.failures.refuse(kind.kind, knock, error);
    }
  }
}
