import { Inject, Injectable } from '@nestjs/common';
import type { Octokit } from '@octokit/core';
import { Config, SETTINGS } from '../config';
import { Conflict } from '../errors';
import { faultOf, GithubUnavailable, isStatus } from './github-faults';
import { openAppAuth, openOctokit } from './octokit';
import { readAll } from './pages';
import { PRIVATE_KEY, readSecret } from './secret-file';
import type { Installation, InstalledRepository, RepositoryPlace } from './shapes';

const NEEDED = ['githubAppClientId', 'githubAppClientSecretFile', 'githubAppSlug', 'githubAppPrivateKeyFile'] as const;

/** As the API answers; only what is read here. */
export interface InstallationAnswer {
  readonly id: number;
  readonly account: { readonly login?: string; readonly slug?: string } | null;
  readonly suspended_at: string | null;
}

export interface RepositoryAnswer {
  readonly id: number;
  readonly full_name: string;
  readonly private: boolean;
  readonly default_branch: string;
  readonly permissions?: { readonly admin?: boolean };
}

/**
 * GitHub as our App sees it. The App's key is read from its file at every use; its tokens are kept for no longer than the call, though GitHub
 * takes them for an hour. Every request is bounded in time and size and goes to the configured servers only.
 */
@Injectable()
export class Github {
  private readonly values: Config['values'];

  constructor(@Inject(Config) { values }: Pick<Config, 'values'>) {
    this.values = values;
  }

  /** Names of the settings that are still to be set, in the order of `.env.example`; empty = configured. */
  get missing(): string[] {
    return NEEDED.filter((key) => this.values[key] === undefined).map((key) => SETTINGS[key].name);
  }

  /** Which App at which server. What was agreed to for one App says nothing about another. */
  get app(): string {
    return `${this.values.githubApiUrl} ${this.values.githubAppClientId ?? ''}`;
  }

  /** @throws Conflict `github_app_not_configured`, as no repeated call helps, that names exactly the settings that are missing. */
  requireConfigured(): void {
    if (this.missing.length > 0) throw notConfigured(this.missing);
  }

  /** Where a person installs the App, or changes what it may see. */
  installUrl(state: string): string {
    const slug = encodeURIComponent(this.values.githubAppSlug ?? '');
    const url = new URL(`${this.values.githubUrl}/apps/${slug}/installations/new`);
    url.searchParams.set('state', state);
    return url.href;
  }

  /** Undefined where there is no such installation of this App, or not any more. @throws as all here: Unavailable, Conflict. */
  async installation(id: number, signal?: AbortSignal): Promise<Installation | undefined> {
    return this.ask(signal, (octokit) =>
      octokit
        .request('GET /app/installations/{installation_id}', { installation_id: id })
        .then(({ data }) => installationOf(data as InstallationAnswer)),
    );
  }

  /** The installation that includes a repository of this name. */
  async installationFor(fullName: string, signal?: AbortSignal): Promise<Installation | undefined> {
    const [owner = '', repo = ''] = fullName.split('/');
    return this.ask(signal, (octokit) =>
      octokit
        .request('GET /repos/{owner}/{repo}/installation', { owner, repo })
        .then(({ data }) => installationOf(data as InstallationAnswer)),
    );
  }

  /** All that an installation includes, whoever it is granted to. Undefined where it is gone. */
  async repositories(installationId: number, signal?: AbortSignal): Promise<InstalledRepository[] | undefined> {
    return this.translate(async () => {
      const auth = await this.appAuth(signal);
      // No more than names: whoever gets hold of the token reads no code with it.
      const permissions = { metadata: 'read' } as const;
      const { token } = await auth({ type: 'installation', installationId, permissions });
      if (!token) throw new GithubUnavailable('its answer is not what it documents');
      const octokit = await this.open(signal, token);
      const answers = await readAll<RepositoryAnswer>(octokit, '/installation/repositories', 'repositories');
      return answers.map(repositoryOf);
    });
  }

  /**
   * Works in one repository as the App, with no more rights than named and in no other repository.
   * @returns undefined where GitHub answers 404. @throws as all here: Unavailable, Conflict.
   */
  async inRepository<T>(
    { installationId, repositoryId }: RepositoryPlace,
    permissions: Readonly<Record<string, 'read' | 'write'>>,
    work: (octokit: Octokit) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T | undefined> {
    return this.translate(async () => {
      const auth = await this.appAuth(signal);
      const { token } = await auth({
        type: 'installation',
        installationId,
        repositoryIds: [repositoryId],
        permissions,
      });
      if (!token) throw new GithubUnavailable('its answer is not what it documents');
      return work(await this.open(signal, token));
    });
  }

  /** Ends a token that `inRepository` gave out, before its hour is over. One that has ended already is as good. */
  async revoke(token: string, signal?: AbortSignal): Promise<void> {
    await this.translate(async () => {
      const octokit = await this.open(signal, token);
      await octokit.request('DELETE /installation/token').catch((error: unknown) => {
        if (!isStatus(error, 401)) throw error;
      });
    });
  }

  private async ask<T>(
    signal: AbortSignal | undefined,
    request: (octokit: Octokit) => Promise<T>,
  ): Promise<T | undefined> {
    return this.translate(async () => {
      const { token } = await (await this.appAuth(signal))({ type: 'app' });
      return request(await this.open(signal, token));
    });
  }

  private async appAuth(signal: AbortSignal | undefined) {
    const { githubAppClientId: clientId = '', githubAppPrivateKeyFile: file = '' } = this.values;
    this.requireConfigured();
    const privateKey = await readSecret(file, SETTINGS.githubAppPrivateKeyFile.name, PRIVATE_KEY);
    return openAppAuth(await this.open(signal), clientId, privateKey);
  }

  private open(signal: AbortSignal | undefined, token?: string): Promise<Octokit> {
    const { githubApiUrl, githubTimeout: timeoutMs } = this.values;
    return openOctokit(githubApiUrl, { origins: [new URL(githubApiUrl).origin], timeoutMs, signal }, token);
  }

  /** 404 = what was asked for is not there; everything else that is no answer becomes one of our errors. */
  private async translate<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      throw faultOf(error, new Date());
    }
  }
}

export function installationOf({ id, account, suspended_at: suspended }: InstallationAnswer): Installation {
  return { id, account: account?.login ?? account?.slug ?? '', isSuspended: Boolean(suspended) };
}

export function repositoryOf(answer: RepositoryAnswer): InstalledRepository {
  const { id, full_name: fullName, private: isPrivate, default_branch: defaultBranch } = answer;
  return { id, fullName, isPrivate, defaultBranch };
}

function notConfigured(missing: readonly string[]): Conflict {
  const [are, them] = missing.length === 1 ? ['is', 'it'] : ['are', 'them'];
  return new Conflict(`The GitHub App is not configured: ${missing.join(', ')} ${are} not set.`, {
    code: 'github_app_not_configured',
    fix: `Whoever runs MCTL sets ${them}; the README says how an App is made.`,
    details: { missing },
  });
}
