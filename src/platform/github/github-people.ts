import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Octokit } from '@octokit/core';
import { Config, SETTINGS } from '../config';
import { Conflict } from '../errors';
import { log } from '../logging';
import { type InstallationAnswer, installationOf, type RepositoryAnswer, repositoryOf } from './github';
import { faultOf, GithubUnavailable, misconfigured } from './github-faults';
import { openOctokit } from './octokit';
import { readAll } from './pages';
import { ONE_WORD, readSecret } from './secret-file';
import type { Proof } from './shapes';

/** Path of our page that GitHub sends browsers back to: both Setup URL and Callback URL of the App. */
export const SETUP_PATH = '/github/setup';

/**
 * What GitHub says about a person, asked with a token of that person (OAuth web flow of the App, PKCE). The token lives for the few
 * requests of one proof and is revoked after them.
 */
@Injectable()
export class GithubPeople {
  private readonly values: Config['values'];

  constructor(@Inject(Config) { values }: Pick<Config, 'values'>) {
    this.values = values;
  }

  /** Where a person tells GitHub that we may ask about them. @param verifier of PKCE (RFC 7636); its digest goes along. */
  authorizeUrl(state: string, verifier: string): string {
    const url = new URL(`${this.values.githubUrl}/login/oauth/authorize`);
    url.search = new URLSearchParams({
      client_id: this.values.githubAppClientId ?? '',
      ...this.redirect,
      state,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    }).toString();
    return url.href;
  }

  /**
   * Who gave the code, and what they may do with the repository.
   * @throws Unavailable, or Conflict `github_code_refused` for a code that is not GitHub's, used or too old.
   */
  async prove(code: string, verifier: string, repository: string): Promise<Proof> {
    const secretFile = this.values.githubAppClientSecretFile ?? '';
    const secret = await readSecret(secretFile, SETTINGS.githubAppClientSecretFile.name, ONE_WORD);
    try {
      const token = await this.exchange(code, verifier, secret);
      try {
        return await proofOf(await this.open(token), repository);
      } finally {
        await this.revoke(token, secret);
      }
    } catch (error) {
      throw faultOf(error, new Date());
    }
  }

  private async exchange(code: string, verifier: string, secret: string): Promise<string> {
    const octokit = await this.open();
    const { data } = (await octokit.request(`POST ${this.values.githubUrl}/login/oauth/access_token`, {
      headers: { accept: 'application/json' },
      client_id: this.values.githubAppClientId,
      client_secret: secret,
      code,
      ...this.redirect,
      code_verifier: verifier,
    })) as { data: { access_token?: unknown; error?: unknown } };
    // GitHub answers 200 whatever comes of it.
    if (typeof data.access_token === 'string') return data.access_token;
    throw codeRefused(String(data.error));
  }

  /** Best effort: it would expire by itself within hours, and is known to nobody. */
  private async revoke(token: string, secret: string): Promise<void> {
    const { githubAppClientId: id = '' } = this.values;
    const basic = Buffer.from(`${id}:${secret}`).toString('base64');
    try {
      const octokit = await this.open();
      const headers = { authorization: `basic ${basic}` };
      await octokit.request('DELETE /applications/{client_id}/token', { client_id: id, access_token: token, headers });
    } catch (error) {
      log.warn({ reason: faultOf(error, new Date()).message }, 'a token of a GitHub user could not be revoked');
    }
  }

  /** Left out where clients reach us under no fixed address: GitHub then takes the App's first callback URL. */
  private get redirect(): { redirect_uri?: string } {
    const { publicUrl } = this.values;
    return publicUrl === undefined ? {} : { redirect_uri: `${publicUrl}${SETUP_PATH}` };
  }

  private open(token?: string): Promise<Octokit> {
    const { githubApiUrl, githubUrl, githubTimeout: timeoutMs } = this.values;
    const origins = [new URL(githubApiUrl).origin, new URL(githubUrl).origin];
    return openOctokit(githubApiUrl, { origins, timeoutMs }, token);
  }
}

/** Only lists that GitHub has filtered for this person: who may not see a repository learns nothing about it here. */
async function proofOf(octokit: Octokit, fullName: string): Promise<Proof> {
  const { login } = (await octokit.request('GET /user')).data;
  const installations = await readAll<InstallationAnswer>(octokit, '/user/installations', 'installations');
  const owner = fullName.split('/')[0];
  const installation = installations.map(installationOf).find(({ account }) => isSame(account, owner));
  if (!installation) return { login, isAdmin: false };
  const path = `/user/installations/${installation.id}/repositories`;
  const repositories = await readAll<RepositoryAnswer>(octokit, path, 'repositories');
  const found = repositories.find(({ full_name: name }) => isSame(name, fullName));
  if (!found) return { login, installation, isAdmin: false };
  return { login, installation, repository: repositoryOf(found), isAdmin: found.permissions?.admin === true };
}

/** GitHub's names do not differ by case alone. */
function isSame(left: string, right: string | undefined): boolean {
  return left.toLowerCase() === right?.toLowerCase();
}

function codeRefused(error: string): Error {
  if (error === 'bad_verification_code' || error === 'unverified_user_email') {
    return new Conflict('GitHub does not take the code any more.', { code: 'github_code_refused' });
  }
  if (error === 'incorrect_client_credentials') {
    return misconfigured(
      'GitHub refuses its client secret',
      'Compare MCTL_GITHUB_APP_CLIENT_ID and the secret in MCTL_GITHUB_APP_CLIENT_SECRET_FILE with the App.',
    );
  }
  if (error === 'redirect_uri_mismatch') {
    return misconfigured(
      'its callback URL is another one',
      `Set the App’s Callback URL and Setup URL to MCTL_PUBLIC_URL followed by ${SETUP_PATH}.`,
    );
  }
  return new GithubUnavailable('it gave no token for the code');
}
