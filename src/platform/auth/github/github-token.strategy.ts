import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Request } from 'express';
import { Config } from '../../config';
import { Unauthenticated } from '../../errors';
import { type Actor, type Identity } from '../actor';
import { Actors } from '../actors';
import { BearerStrategy } from '../bearer.strategy';
import { FailedSignIns, type Knock } from '../failed-sign-ins';
import { IdentityCache } from '../identity-cache';
import { TenantTeams } from '../tenant-teams';
import { type CredentialKind, GITHUB_TOKEN } from '../token-kinds';
import { isGithubToken, mustBeOfUser } from './github-token';
import { GithubTokenOwners } from './github-token-owners';

/**
 * GitHub tokens as they are, recognised by their prefix. They were made for GitHub and not for us, which MCP's authorization forbids a
 * server to take; they are off by default, and go nowhere but to the configured API's identity calls (ADR 21).
 */
@Injectable()
export class GithubTokenStrategy extends PassportStrategy(BearerStrategy, GITHUB_TOKEN) implements CredentialKind {
  readonly kind = GITHUB_TOKEN;

  constructor(
    @Inject(Config) private readonly config: Config,
    @Inject(Actors) private readonly actors: Actors,
    @Inject(FailedSignIns) private readonly failures: FailedSignIns,
    @Inject(IdentityCache) private readonly cache: IdentityCache,
    @Inject(GithubTokenOwners) private readonly owners: GithubTokenOwners,
    @Inject(TenantTeams) private readonly tenantTeams: TenantTeams,
  ) {
    super(isGithubToken);
  }

  validate(token: string, request: Request): Promise<Actor> {
    return this.actors.admit(this, token, request);
  }

  async identify(token: string, knock: Knock): Promise<Identity> {
    if (!this.config.values.githubTokens) throw switchedOff();
    mustBeOfUser(token);
    const withTeams = await this.tenantTeams.areUsed();
    const question = withTeams ? 'github with teams' : 'github';
    const known = this.cache.find(token, question);
    if (known) return known;
    this.failures.mustHaveRoom(knock);
    return this.cache.ask(token, question, () => this.owners.identify(token, withTeams));
  }
}

function switchedOff(): Unauthenticated {
  return new Unauthenticated('GitHub tokens are not taken here.', {
    code: 'token_kind_off',
    fix: 'Whoever runs MCTL can allow them (MCTL_GITHUB_TOKENS). Revoke this one if it was not meant to be sent here.',
  });
}
