import { Inject, Injectable } from '@nestjs/common';
import type { Identity } from './actor';
import { FailedSignIns, type Knock } from './failed-sign-ins';
import { GithubTokenStrategy } from './github/github-token.strategy';
import { LocalTokenStrategy } from './local-token.strategy';
import { OidcTokenStrategy } from './oidc/oidc-token.strategy';
import type { CredentialKind } from './token-kinds';

/** Checks a credential that came by another way than the header of a call, e.g. in a form, by the same rules. */
@Injectable()
export class Credentials {
  private readonly kinds: readonly CredentialKind[];

  constructor(
    @Inject(LocalTokenStrategy) local: LocalTokenStrategy,
    @Inject(OidcTokenStrategy) oidc: OidcTokenStrategy,
    @Inject(GithubTokenStrategy) github: GithubTokenStrategy,
    @Inject(FailedSignIns) private readonly failures: FailedSignIns,
  ) {
    this.kinds = [local, oidc, github];
  }

  /** @throws Unauthenticated, Unavailable or RateLimited, as the guard would for a call; counted and logged like there. */
  async identify(token: string, knock: Knock): Promise<Identity> {
    const kind = this.kinds.find((each) => each.recognises(token));
    if (!kind) throw this.failures.unknownToken(token, knock);
    try {
      return await kind.identify(token, knock);
    } catch (error) {
      throw this.failures.refuse(kind.kind, knock, error);
    }
  }
}
