import { Inject, Injectable } from '@nestjs/common';
import type { Octokit } from '@octokit/core';
import { Config } from '../config';
import { Github } from './github';
import { GithubUnavailable, isStatus } from './github-faults';
import { isRefName } from './ref-name';
import type { RepositoryPlace } from './shapes';

/** What a name meant when it was asked for. */
export interface ResolvedRef {
  /** 40 hexadecimal digits. */
  readonly commit: string;
  readonly isTag: boolean;
}

interface GitObject {
  readonly type: string;
  readonly sha: string;
}

/** Reading the source needs no more. */
const READ = { contents: 'read' } as const;
/** A tag may point to a tag; nobody has chains of them. */
const MOST_TAGS = 5;

/** Source in the repositories of teams: what a name points to, and a credential that reads it. */
@Injectable()
export class GithubSource {
  constructor(
    @Inject(Github) private readonly github: Github,
    @Inject(Config) private readonly config: Config,
  ) {}

  /** Where git fetches it, without any credential. */
  remote({ fullName }: RepositoryPlace): URL {
    const path = fullName.split('/').map(encodeURIComponent).join('/');
    return new URL(`${this.config.values.githubUrl}/${path}.git`);
  }

  /**
   * The commit of a tag or, where there is none, of a branch. No commit ids: GitHub answers with commits of forks for those, too, which
   * nobody has taken into this repository.
   * @returns undefined where there is neither, or no such repository. @throws GithubUnavailable, Conflict.
   */
  async resolve(place: RepositoryPlace, ref: string, signal: AbortSignal): Promise<ResolvedRef | undefined> {
    if (!isRefName(ref)) return undefined;
    return this.github.inRepository(
      place,
      READ,
      async (octokit) => {
        const tag = await objectOf(octokit, place, `tags/${ref}`);
        const found = tag ?? (await objectOf(octokit, place, `heads/${ref}`));
        return found && { commit: await commitOf(octokit, place, found), isTag: tag !== undefined };
      },
      signal,
    );
  }

  /** A credential for git that reads this repository for an hour, and nothing else. Undefined where there is no such repository. */
  async token(place: RepositoryPlace, signal: AbortSignal): Promise<string | undefined> {
    return this.github.inRepository(
      place,
      READ,
      async (octokit) => {
        const { token } = (await octokit.auth()) as { token?: string };
        if (token === undefined) throw new GithubUnavailable('its answer is not what it documents');
        return token;
      },
      signal,
    );
  }
}

async function objectOf(octokit: Octokit, place: RepositoryPlace, ref: string): Promise<GitObject | undefined> {
  try {
    const { data } = await octokit.request('GET /repos/{owner}/{repo}/git/ref/{ref}', { ...named(place), ref });
    return gitObjectOf(data);
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    throw error;
  }
}

/** Annotated tags are objects of their own. */
async function commitOf(octokit: Octokit, place: RepositoryPlace, found: GitObject): Promise<string> {
  let object = found;
  for (let steps = 0; object.type === 'tag' && steps < MOST_TAGS; steps += 1) {
    const asked = { ...named(place), tag_sha: object.sha };
    const { data } = await octokit.request('GET /repos/{owner}/{repo}/git/tags/{tag_sha}', asked);
    object = gitObjectOf(data);
  }
  if (object.type === 'commit' && /^[0-9a-f]{40}$/.test(object.sha)) return object.sha;
  throw new GithubUnavailable('its answer names no commit');
}

function gitObjectOf(data: unknown): GitObject {
  const { object } = data as { object?: Partial<GitObject> };
  const { type, sha } = object ?? {};
  if (typeof type === 'string' && typeof sha === 'string') return { type, sha };
  throw new GithubUnavailable('its answer is not what it documents');
}

function named({ fullName }: RepositoryPlace): { owner: string; repo: string } {
  const [owner = '', repo = ''] = fullName.split('/');
  return { owner, repo };
}
