import { Inject, Injectable } from '@nestjs/common';
import { Unavailable } from '../platform/errors';
import { Github } from '../platform/github';
import type { TaskContext, TaskOutcome } from '../platform/operations/parts';
import type { AccessFound } from './grant-repo-access.operation';
import type { GrantRepoAccessInput } from './repositories.dto';
import { RepositoryRows } from './repository-rows';

/** Whether a team has what it asks for. GitHub is asked only about what the team was granted: others learn nothing by asking. */
@Injectable()
export class CheckAccess {
  constructor(
    @Inject(Github) private readonly github: Github,
    @Inject(RepositoryRows) private readonly rows: RepositoryRows,
  ) {}

  /** The link does not depend on it, so a GitHub that is away holds nobody up. */
  async run({ input, signal }: TaskContext<GrantRepoAccessInput>): Promise<TaskOutcome> {
    try {
      return { done: await this.look(input, signal) };
    } catch (error) {
      if (!(error instanceof Unavailable) || signal.aborted) throw error;
      return { done: { access: 'unknown', reason: error.message } satisfies AccessFound };
    }
  }

  private async look({ team, repo }: GrantRepoAccessInput, signal: AbortSignal): Promise<AccessFound> {
    const grants = await this.rows.grantsOf(team, this.github.app);
    const grant = grants.find(({ full_name: name }) => name.toLowerCase() === repo.toLowerCase());
    if (!grant) return { access: 'missing' };
    const installation = await this.github.installationFor(grant.full_name, signal);
    const isThere = installation?.id === grant.installation_id && !installation.isSuspended;
    return { access: isThere ? 'granted' : 'missing' };
  }
}
