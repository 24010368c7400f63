import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock';
import { Github, GithubLimited } from '../platform/github';
import type { TaskContext, TaskOutcome } from '../platform/operations/parts';
import { limitIn, nextLimit, remaining, waitFor } from './rate-limit.policy';
import type { SyncReposInput } from './repositories.dto';
import { RepositoryRows } from './repository-rows';
import type { Fetched, FetchedInstallation } from './sync.policy';

/** Asks GitHub about every installation that the team has repositories of, one request after the other, as GitHub wishes. */
@Injectable()
export class FetchRepositories {
  constructor(
    @Inject(Github) private readonly github: Github,
    @Inject(RepositoryRows) private readonly rows: RepositoryRows,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** At the rate limit it waits as long as GitHub says, across restarts too, and begins anew: nothing half read is kept. */
  async run({ input, state, signal }: TaskContext<SyncReposInput>): Promise<TaskOutcome> {
    const before = limitIn(state);
    const now = this.clock.now();
    // The engine tries everything again after a restart, whatever it waited for.
    if (before && remaining(before, now) > 0) return waitFor(before, now);
    try {
      return { done: await this.fetch(input.team, now, signal) };
    } catch (error) {
      if (!(error instanceof GithubLimited)) throw error;
      const met = this.clock.now();
      return waitFor(nextLimit(error, before, met), met);
    }
  }

  private async fetch(team: string, startedAt: Date, signal: AbortSignal): Promise<Fetched> {
    const { app } = this.github;
    const grants = await this.rows.grantsOf(team, app);
    const granted = new Map<number, Set<number>>();
    for (const { installation_id: id, repository_id: repository } of grants) {
      granted.set(id, (granted.get(id) ?? new Set()).add(repository));
    }
    const installations: FetchedInstallation[] = [];
    for (const [id, repositories] of granted) installations.push(await this.look(id, repositories, signal));
    return { app, startedAt: startedAt.toISOString(), installations };
  }

  private async look(id: number, granted: ReadonlySet<number>, signal: AbortSignal): Promise<FetchedInstallation> {
    const installation = await this.github.installation(id, signal);
    if (!installation) return { id, account: '', state: 'gone', repositories: [] };
    const { account, isSuspended } = installation;
    if (isSuspended) return { id, account, state: 'suspended', repositories: [] };
    const all = await this.github.repositories(id, signal);
    if (!all) return { id, account, state: 'gone', repositories: [] };
    return { id, account, state: 'active', repositories: all.filter((each) => granted.has(each.id)) };
  }
}
