import type { Octokit } from '@octokit/core';
import { Conflict } from '../errors';
import { at } from '../gitops/values';
import { GithubUnavailable } from './github-faults';

/** Most that GitHub puts on one page. */
const PER_PAGE = 100;
/** 10,000 entries: a hundred requests, a fiftieth of what an installation may ask in an hour. */
const MOST_PAGES = 100;

/**
 * All entries of a list, following GitHub's links. Octokit's own paging takes an answer of 409 for the end of the list and never compares
 * with `total_count`; here what is missing must not be taken for gone.
 * @param path e.g. `/user/installations`; @param name of the list in the answer.
 * @throws Conflict `github_list_too_long`; GithubUnavailable where the list changed while it was read, or was cut short.
 */
export async function readAll<T>(octokit: Octokit, path: string, name: 'installations' | 'repositories'): Promise<T[]> {
  const entries: T[] = [];
  let total = 0;
  let next: string | undefined = `${path}?per_page=${PER_PAGE}`;
  for (let page = 1; next !== undefined; page++) {
    if (page > MOST_PAGES) throw tooLong();
    const { data, headers } = (await octokit.request(`GET ${next}`)) as { data: unknown; headers: { link?: string } };
    const [list, count] = [at(data, name), at(data, 'total_count')];
    if (!Array.isArray(list) || typeof count !== 'number') {
      throw new GithubUnavailable('its answer is not what it documents');
    }
    entries.push(...(list as T[]));
    total = count;
    next = /<([^<>]+)>;\s*rel="next"/.exec(headers.link ?? '')?.[1];
  }
  if (entries.length < total) throw new GithubUnavailable('its list changed while it was read');
  return entries;
}

function tooLong(): Conflict {
  return new Conflict(`The GitHub App sees more than ${MOST_PAGES * PER_PAGE} repositories of one account.`, {
    code: 'github_list_too_long',
    fix: 'Choose “Only select repositories” in the settings of the installation at GitHub.',
  });
}
