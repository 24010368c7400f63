import { Inject, Injectable } from '@nestjs/common';
import type { Octokit } from '@octokit/core';
import { Config } from '../config';
import { Github } from './github';
import { GithubUnavailable, isStatus } from './github-faults';
import { logTail } from './job-log';
import type { RepositoryPlace } from './shapes';

/** One run of a workflow, as far as it is looked at. */
export interface Run {
  readonly id: number;
  /** `queued`, `in_progress`, `completed` and others. */
  readonly status: string;
  /** `success`, `failure`, `cancelled` and others; null while it runs. */
  readonly conclusion: string | null;
  /** For people. */
  readonly url: string;
  /** Of this answer; the next question may name it, and costs nothing of the rate limit where nothing has changed. */
  readonly etag?: string;
}

export interface Dispatch {
  /** File name in `.github/workflows`. */
  readonly workflow: string;
  /** Branch or tag. */
  readonly ref: string;
  readonly inputs: Readonly<Record<string, string>>;
}

interface RunAnswer {
  readonly id: number;
  readonly status: string | null;
  readonly conclusion: string | null;
  readonly html_url: string;
  readonly display_title: string;
}

interface Job {
  readonly id: number;
  readonly name: string;
  readonly conclusion: string | null;
  readonly check_run_url: string;
}

/** Runs that were asked for in the same minutes. */
const MOST_RUNS = 100;
const FAILURES = ['failure', 'timed_out', 'cancelled', 'startup_failure', 'action_required'];

/** GitHub Actions in the repositories of teams: start a workflow, follow its run, read what it says of itself. */
@Injectable()
export class GithubActions {
  constructor(
    @Inject(Github) private readonly github: Github,
    @Inject(Config) private readonly config: Config,
  ) {}

  /**
   * Asks for a run. Not idempotent: look for one with `find` before.
   * @returns its id where GitHub tells it, null where it has begun all the same; undefined where there is no such workflow.
   * @throws Conflict `github_refused`, e.g. for a ref that is not there; Unavailable.
   */
  async dispatch(place: RepositoryPlace, { workflow, ref, inputs }: Dispatch, signal: AbortSignal) {
    return this.github.inRepository(
      place,
      { actions: 'write' },
      async (octokit) => {
        const url = `POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches`;
        const asked = { ...named(place), workflow_id: workflow, ref, inputs };
        const { data } = await octokit
          .request(url, { ...asked, return_run_details: true })
          // Servers that do not know it refuse it in these words.
          .catch((error: unknown) => {
            if (isStatus(error, 422) && /return_run_details/.test((error as Error).message)) {
              return octokit.request(url, asked);
            }
            throw error;
          });
        const id = (data as { workflow_run_id?: unknown } | undefined)?.workflow_run_id;
        return typeof id === 'number' ? id : null;
      },
      signal,
    );
  }

  /** The first run of a workflow with this title (its `run-name`); undefined where there is none yet. */
  async find(
    place: RepositoryPlace,
    workflow: string,
    { title, since }: { title: string; since: Date },
    signal: AbortSignal,
  ) {
    return this.github.inRepository(
      place,
      { actions: 'read' },
      async (octokit) => {
        const { data } = await octokit.request('GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs', {
          ...named(place),
          workflow_id: workflow,
          event: 'workflow_dispatch',
          created: `>=${since.toISOString().slice(0, 19)}Z`,
          per_page: MOST_RUNS,
        });
        const runs = listOf<RunAnswer>(data, 'workflow_runs').filter((each) => each.display_title === title);
        return runs.map(({ id }) => id).sort((a, b) => a - b)[0];
      },
      signal,
    );
  }

  /** @returns `unchanged` since the answer with that etag; undefined where the run is gone. */
  async run(place: RepositoryPlace, id: number, etag: string | undefined, signal: AbortSignal) {
    return this.github.inRepository(
      place,
      { actions: 'read' },
      (octokit) => this.runOf(octokit, place, id, etag),
      signal,
    );
  }

  /** Messages that the run left as annotations with this title (`::notice title=…::…`). */
  async notices(place: RepositoryPlace, run: number, title: string, signal: AbortSignal): Promise<string[]> {
    const found = await this.github.inRepository(
      place,
      { actions: 'read', checks: 'read' },
      async (octokit) => {
        const messages: string[] = [];
        for (const { check_run_url } of await this.jobs(octokit, place, run)) {
          const check = Number(/\/(\d+)$/.exec(check_run_url)?.[1]);
          const { data } = await octokit.request('GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations', {
            ...named(place),
            check_run_id: check,
            per_page: 100,
          });
          const all = data as readonly { title: string | null; message: string | null }[];
          messages.push(...all.filter((each) => each.title === title).map(({ message }) => message ?? ''));
        }
        return messages;
      },
      signal,
    );
    return found ?? [];
  }

  /** The job that failed, and the end of its log; undefined where GitHub has none. */
  async failure(place: RepositoryPlace, run: number, signal: AbortSignal) {
    return this.github.inRepository(
      place,
      { actions: 'read' },
      async (octokit) => {
        const job = (await this.jobs(octokit, place, run)).find(({ conclusion }) =>
          FAILURES.includes(conclusion ?? ''),
        );
        if (!job) return undefined;
        const { githubApiUrl, githubTimeout: timeoutMs } = this.config.values;
        const { token } = (await octokit.auth()) as { token?: string };
        const url = `${githubApiUrl}/repos/${place.fullName.split('/').map(encodeURIComponent).join('/')}/actions/jobs/${job.id}/logs`;
        return { job: job.name, log: await logTail(url, token ?? '', { timeoutMs, signal }) };
      },
      signal,
    );
  }

  private async runOf(octokit: Octokit, place: RepositoryPlace, id: number, etag: string | undefined) {
    try {
      const { data, headers } = await octokit.request('GET /repos/{owner}/{repo}/actions/runs/{run_id}', {
        ...named(place),
        run_id: id,
        headers: etag === undefined ? {} : { 'if-none-match': etag },
      });
      const { status, conclusion, html_url } = data as RunAnswer;
      return { id, status: status ?? 'queued', conclusion, url: html_url, etag: headers.etag } satisfies Run;
    } catch (error) {
      if (isStatus(error, 304)) return 'unchanged' as const;
      throw error;
    }
  }

  private async jobs(octokit: Octokit, place: RepositoryPlace, run: number): Promise<Job[]> {
    const { data } = await octokit.request('GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs', {
      ...named(place),
      run_id: run,
      per_page: 100,
    });
    return listOf<Job>(data, 'jobs');
  }
}

function named({ fullName }: RepositoryPlace): { owner: string; repo: string } {
  const [owner = '', repo = ''] = fullName.split('/');
  return { owner, repo };
}

function listOf<T>(data: unknown, name: string): T[] {
  const list = typeof data === 'object' && data !== null ? (data as Record<string, unknown>)[name] : undefined;
  if (Array.isArray(list)) return list as T[];
  throw new GithubUnavailable('its answer is not what it documents');
}
