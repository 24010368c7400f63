import { Inject, Injectable } from '@nestjs/common';
import { Access } from '../platform/auth/access';
import type { Actor } from '../platform/auth/actor';
import { LocalTokens } from '../platform/auth/local-tokens';
import { Config } from '../platform/config';
import { InvalidInput } from '../platform/errors';
import { Gitops } from '../platform/gitops';
import { packageVersion } from '../platform/package-root';
import type { WhoamiAnswer } from './identity.dto';

@Injectable()
export class IdentityService {
  constructor(
    @Inject(Access) private readonly access: Access,
    @Inject(Gitops) private readonly gitops: Gitops,
    @Inject(Config) private readonly config: Config,
    @Inject(LocalTokens) private readonly tokens: LocalTokens,
  ) {}

  async whoami(actor: Actor): Promise<WhoamiAnswer> {
    const { head } = await this.gitops.world();
    return {
      user: actor.login,
      auth_method: actor.method,
      expires_at: actor.expiresAt?.toISOString() ?? null,
      admin: actor.isAdmin,
      teams: await this.access.teamsOf(actor),
      server: {
        version: packageVersion,
        platform: this.config.values.platformDomain,
        gitops_head: head ?? null,
        read_only: this.config.values.readOnly,
      },
      warnings: actor.teamsUnknown ? [{ code: 'github_teams_unknown', message: actor.teamsUnknown }] : [],
    };
  }

  /**
   * Takes back the local token that the caller is here with.
   * @throws InvalidInput for a token of another kind.
   */
  async revoke({ method }: Actor, token: string): Promise<void> {
    if (method !== 'local') {
      throw new InvalidInput('This is no local token.', {
        code: 'other_token_kind',
        got: method,
        expected: 'local',
        fix: 'OAuth: POST /oauth/revoke, or end the connection at /connections. Others: revoke it where it was issued.',
      });
    }
    await this.tokens.revoke(token);
  }
}
