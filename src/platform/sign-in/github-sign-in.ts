import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Identity } from '../auth/actor';
import { GithubTokenOwners } from '../auth/github/github-token-owners';
import { TenantTeams } from '../auth/tenant-teams';
import { Config } from '../config';
import { type MctlError, Unauthenticated, Unavailable } from '../errors';
import { OwnAddress } from '../http/pages';
import { log } from '../logging';
import type { IdentityProvider } from './identity-provider';
import { secretOf } from './secret-of';
import type { Attempt } from './sign-in-attempts';

const tokenAnswer = z.object({ access_token: z.string().min(1) });
const errorAnswer = z.object({ error: z.string() });

/**
 * Sign-in with GitHub, by the web flow of a GitHub App or an OAuth App with PKCE. The person's token is asked who they are, then given
 * back to GitHub; it is kept nowhere.
 */
@Injectable()
export class GithubSignIn implements IdentityProvider {
  readonly id = 'github';
  readonly name = 'GitHub';

  constructor(
    @Inject(Config) private readonly config: Config,
    @Inject(OwnAddress) private readonly address: OwnAddress,
    @Inject(GithubTokenOwners) private readonly owners: GithubTokenOwners,
    @Inject(TenantTeams) private readonly tenants: TenantTeams,
  ) {}

  async authorizeUrl({ state, verifier }: Attempt & { state: string }): Promise<string> {
    const url = new URL(`${this.config.values.githubUrl}/login/oauth/authorize`);
    const needsOrganizations = (await this.wantsTeams()) || this.config.values.githubOrganizations.length > 0;
    url.search = new URLSearchParams({
      client_id: this.clientId,
      redirect_uri: this.callback,
      // Who somebody is, GitHub tells without any scope.
      scope: needsOrganizations ? 'read:org' : '',
      state,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    }).toString();
    return url.href;
  }

  async identify(callback: URL, { verifier }: Attempt): Promise<Identity> {
    const code = callback.searchParams.get('code');
    if (code === null) throw denied(callback.searchParams.get('error'));
    const secret = await secretOf(
      this.config.values.signInGithubClientSecretFile,
      'MCTL_SIGN_IN_GITHUB_CLIENT_SECRET_FILE',
    );
    const token = await this.exchange(code, verifier, secret ?? '');
    try {
      const identity = await this.owners.identify(token, await this.wantsTeams());
      return { ...identity, expiresAt: undefined };
    } finally {
      await this.giveBack(token, secret ?? '');
    }
  }

  private async exchange(code: string, verifier: string, secret: string): Promise<string> {
    const body = new URLSearchParams({
      client_id: this.clientId,
      client_secret: secret,
      code,
      redirect_uri: this.callback,
      code_verifier: verifier,
    });
    const answer = await this.send(`${this.config.values.githubUrl}/login/oauth/access_token`, {
      method: 'POST',
      body,
    });
    const data: unknown = await answer.json().catch(() => undefined);
    // GitHub answers 200 whatever comes of it.
    const token = tokenAnswer.safeParse(data).data?.access_token;
    if (answer.ok && token !== undefined) return token;
    const reason = errorAnswer.safeParse(data).data?.error ?? `status ${answer.status}`;
    log.warn({ reason }, 'GitHub gave no token for a code');
    throw answer.status >= 500 ? away() : failed();
  }

  /** Best effort: nobody knows it any more, and GitHub ends it by itself. */
  private async giveBack(token: string, secret: string): Promise<void> {
    const url = `${this.config.values.githubApiUrl}/applications/${encodeURIComponent(this.clientId)}/token`;
    const authorization = `Basic ${Buffer.from(`${this.clientId}:${secret}`).toString('base64')}`;
    const body = JSON.stringify({ access_token: token });
    try {
      const { status } = await this.send(url, { method: 'DELETE', body, headers: { authorization } });
      if (status !== 204) log.warn({ status }, 'a GitHub token of a sign-in could not be given back');
    } catch {
      log.warn('a GitHub token of a sign-in could not be given back');
    }
  }

  /** @throws Unavailable where GitHub does not answer. Redirects would take the secret elsewhere. */
  private async send(url: string, init: RequestInit): Promise<Response> {
    const headers = { accept: 'application/json', 'user-agent': 'mctl', ...(init.headers as Record<string, string>) };
    const signal = AbortSignal.timeout(this.config.values.githubTimeout);
    try {
      return await fetch(url, { ...init, headers, redirect: 'manual', signal });
    } catch (cause) {
      log.warn({ reason: (cause as Error).name }, 'GitHub cannot be asked');
      throw away();
    }
  }

  private async wantsTeams(): Promise<boolean> {
    return this.config.values.signInGithubTeams && (await this.tenants.areUsed());
  }

  private get clientId(): string {
    return this.config.values.signInGithubClientId ?? '';
  }

  private get callback(): string {
    return `${this.address.base() ?? ''}/sign-in/github/callback`;
  }
}

function denied(error: string | null): MctlError {
  if (error === 'access_denied') {
    return new Unauthenticated('You did not allow GitHub to tell who you are.', {
      code: 'sign_in_denied',
      fix: 'Try again.',
    });
  }
  log.warn({ reason: error }, 'GitHub sent a browser back without a code');
  return failed();
}

function failed(): Unauthenticated {
  return new Unauthenticated('The sign-in with GitHub did not succeed.', {
    code: 'sign_in_failed',
    fix: 'Try again. Whoever runs MCTL finds the reason in its log.',
  });
}

function away(): Unavailable {
  return new Unavailable('GitHub does not answer, so nobody can sign in with it.', {
    code: 'github_unavailable',
    fix: 'Try again shortly.',
    retryAfterSeconds: 5,
  });
}
